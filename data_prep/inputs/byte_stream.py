"""The bytes of one file, decompressed, of which the beginning can be read in advance."""

import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES = 1 << 18  # by which a file is recognised
_GZIP = b"\x1f\x8b"
_ZSTANDARD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")  # a frame, or a skippable one
_MAGIC_BYTES = 4
_BUFFER = 1 << 16
_PIECE = 1 << 14  # compressed bytes at a time: bounds what they can expand to


class Peekable(io.RawIOBase):
    """A file that is read once, of which the beginning can be read in advance."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._head = b""

    def peek(self, size: int) -> bytes:
        """Return up to `size` bytes from here without moving on; fewer only at the end of the file."""
        while len(self._head) < size and (more := self._source.read(size - len(self._head))):
            self._head += more
        return self._head[:size]

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer; return the number of bytes, 0 at the end."""
        view = memoryview(buffer).cast("B")
        if self._head:
            content, self._head = self._head[: len(view)], self._head[len(view) :]
        else:
            content = self._source.read(len(view))
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._source.close()
        super().close()


class _ZstandardReader(io.RawIOBase):
    """All frames of a file; unlike `zstandard`'s own reader, a truncated frame is an error."""

    def __init__(self, source: Peekable) -> None:
        self._source = source
        self._frame: Any = None
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer).cast("B")
        while not self._output and (piece := self._source.read(_PIECE)):
            self._output = memoryview(self._decompress(piece))
        if not self._output and self._frame is not None:
            raise EOFError("the last frame is incomplete")
        count = min(len(view), len(self._output))
        view[:count], self._output = self._output[:count], self._output[count:]
        return count

    def _decompress(self, piece: bytes) -> bytes:
        output = []
        while piece:
            self._frame = self._frame or zstandard.ZstdDecompressor().decompressobj()
            output.append(self._frame.decompress(piece))
            if not self._frame.eof:
                break
            piece, self._frame = self._frame.unused_data, None
        return b"".join(output)

    def close(self) -> None:
        self._source.close()
        super().close()


class ByteStream(io.RawIOBase):
    """The decompressed bytes of a file.

    Parameters
    ----------
    source : binary file
        Of which only `read` and `close` are used.
    name : str
        For messages.

    Attributes
    ----------
    compression : str
        "gzip", "zstandard" or "", recognised by the content.
    """

    def __init__(self, source: Any, name: str) -> None:
        self.name = name
        self._raw = raw = Peekable(source)
        self.compression, opened = _decompressed(raw.peek(_MAGIC_BYTES), raw)
        self._content = Peekable(opened)

    def peek(self, size: int = HEAD_BYTES) -> bytes:
        """Return up to `size` bytes from here without moving on; fewer only at the end."""
        head: bytes = self._checked(lambda: self._content.peek(size))
        return head

    def read(self, size: int = -1) -> bytes:
        """Return the next `size` bytes, or all that follow; fewer only at the end."""
        if size < 0:
            return self.readall()
        content = self.peek(size)
        self._content.read(len(content))
        return content

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer; return the number of bytes, 0 at the end."""
        view = memoryview(buffer).cast("B")
        content = self.read(len(view))
        view[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the file."""
        self._content.close()
        self._raw.close()
        super().close()

    def _checked(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
            raise ValueError(
                f"{self.name} is damaged or incomplete: its {self.compression} data can't be decompressed "
                f"({str(error).rstrip('.')}). Copy or compress it again."
            ) from error


def _decompressed(magic: bytes, raw: Peekable) -> tuple[str, Any]:
    if magic.startswith(_GZIP):
        return "gzip", gzip.GzipFile(fileobj=raw)
    if _ZSTANDARD.match(magic):
        return "zstandard", io.BufferedReader(_ZstandardReader(raw))
    return "", raw


@contextmanager
def open_decompressed(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file that may be compressed by gzip or zstd.

    Raises
    ------
    ValueError
        Its content can't be decompressed to its end.
    """
    with path.open("rb") as raw, closing(ByteStream(raw, os.fspath(path))) as stream:
        yield io.BufferedReader(stream, _BUFFER)
