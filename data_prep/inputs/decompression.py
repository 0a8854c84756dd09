"""Files that may be compressed by gzip or zstd."""

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BUFFER = 2**16
SUFFIXES = (".gz", ".zst", ".zstd")
ERRORS = (gzip.BadGzipFile, zlib.error, EOFError, zstandard.ZstdError)


def decompressed(raw: io.BufferedReader) -> io.BufferedReader:
    """Return a stream of the content of a file, by its first bytes."""
    start = raw.peek(len(_ZSTD))
    if start.startswith(_GZIP):
        return io.BufferedReader(gzip.GzipFile(fileobj=raw), BUFFER)
    if start.startswith(_ZSTD):
        stream: Any = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        return io.BufferedReader(stream, BUFFER)
    return raw


@contextmanager
def open_decompressed(path: Path) -> Iterator[io.BufferedReader]:
    """Open a file; errors of its compression name it.

    Raises
    ------
    ValueError
        It can't be decompressed to its end.
    """
    with path.open("rb") as raw:
        try:
            yield decompressed(raw)
        except ERRORS as error:
            raise ValueError(f"{os.fspath(path)} can't be decompressed to its end: {error}.") from error


def suffix(path: Path) -> str:
    """Return the suffix of a file in lower case, without that of its compression."""
    suffixes = [each.lower() for each in path.suffixes]
    while suffixes and suffixes[-1] in SUFFIXES:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""
