"""A file of records, piece by piece: whole records in a buffer of bounded size."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.framing import GZIP, Place
from data_prep.recordio.scanning import Frames, scan

File = str | os.PathLike[str] | BinaryIO
_PIECE = 1 << 20  # bytes read at a time
_DISK_BLOCK = 512  # bytes: the unit of st_blocks


@contextmanager
def opened(file: Any) -> Iterator[tuple[Any, str]]:
    """Open a path, unpacking gzip, or take a binary file as it is; also give its name."""
    if not isinstance(file, str | os.PathLike):
        yield file, str(getattr(file, "name", "the stream"))
        return
    with Path(file).open("rb") as source:
        packed = source.peek(len(GZIP)).startswith(GZIP)
        yield (gzip.GzipFile(fileobj=source) if packed else source), str(file)


def progress(source: Any) -> Callable[[], float]:
    """Say which part of a file has been read: of a file whose size isn't known, always one half.

    A file counts with the blocks that it takes on the disk: the length of one with holes means nothing.
    """
    if not isinstance(source, io.BufferedReader):
        return lambda: 0.5
    status = os.fstat(source.fileno())
    size = min(status.st_size, getattr(status, "st_blocks", 0) * _DISK_BLOCK)
    return lambda: min(1.0, source.tell() / size) if size else 0.5


def pieces(source: Any, name: str) -> Iterator[Frames]:
    """Read whole records, about 1 MiB at a time.

    The buffer grows only for a record that is larger, and then to twice what has been read of it: an
    announced length alone never takes memory.

    Yields
    ------
    Frames
        Their bytes are overwritten by the next.

    Raises
    ------
    RecordIOError
        Names the record and the byte where a record doesn't begin or end as it must.
    """
    buffer = np.empty(_PIECE, np.uint8)
    filled, at, last = 0, Place(name, 0, 0), False
    while not last:
        if filled == buffer.size:
            buffer = np.concatenate([buffer, np.empty_like(buffer)])
        filled, last = _fill(source, name, buffer, filled)
        frames = scan(buffer[:filled], at, last=last)
        if len(frames.starts):
            yield frames
            at = Place(name, at.record + len(frames.starts), at.offset + frames.end)
            buffer[: filled - frames.end] = buffer[frames.end : filled].copy()
            filled -= frames.end


def _fill(source: Any, name: str, buffer: NDArray[np.uint8], filled: int) -> tuple[int, bool]:
    """Read until the buffer is full or the file ends; say how much it holds, and whether the file ended."""
    while filled < buffer.size:
        taken = _read(source, buffer[filled:].data, name)
        if not taken:
            return filled, True
        filled += taken
    return filled, False


def _read(source: Any, room: memoryview, name: str) -> int:
    try:
        if hasattr(source, "readinto"):
            return source.readinto(room) or 0
        content = source.read(len(room))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordIOError(f"{name}: the gzip file is damaged: {error}.") from error
    if not isinstance(content, bytes | bytearray):
        raise RecordIOError(f'{name} is open as text; records are bytes: open it with "rb".')
    room[: len(content)] = content
    return len(content)
