"""A file of records read in a buffer of bounded size: where each record begins and ends."""

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.framing import (
    FLAG_SHIFT,
    GZIP,
    HEADER,
    LAST,
    MAGIC,
    MAX_RECORD,
    WHOLE,
    Position,
    join_parts,
    padding,
    parse_header,
    raise_truncated,
)

_READ_BYTES = 1 << 20  # read at a time
_DISK_BLOCK = 512  # bytes: the unit of st_blocks

_Offsets = NDArray[np.int64]


class Frames(NamedTuple):
    """The whole records of a buffer: payload i is `data[starts[i]:starts[i] + lengths[i]]`.

    `offsets` holds the byte of the buffer where each record's frame begins, and `end` is where the last one
    ends. If records were split into parts, `data` holds them joined, and `split` is their number.
    """

    position: Position
    data: NDArray[np.uint8]
    starts: _Offsets
    lengths: _Offsets
    offsets: _Offsets
    end: int
    split: int

    def payload(self, record: int) -> bytes:
        """Copy one record."""
        start = self.starts[record]
        return self.data[start : start + self.lengths[record]].tobytes()

    def describe(self, record: int) -> str:
        """Describe a record's position for an error message."""
        return self.position.describe(record, int(self.offsets[record]))


@contextmanager
def open_binary(file: Any) -> Iterator[tuple[Any, str]]:
    """Open a path, unpacking gzip, or use a binary file as it is; also return its name."""
    if not isinstance(file, str | os.PathLike):
        yield file, str(getattr(file, "name", "the stream"))
        return
    with Path(file).open("rb") as source:
        packed = source.peek(len(GZIP)).startswith(GZIP)
        yield (gzip.GzipFile(fileobj=source) if packed else source), str(file)


def fraction_read(source: Any) -> Callable[[], float]:
    """Return a function that estimates which fraction of a file has been read: 0.5 if its size is unknown.

    A file's size is the blocks that it takes on the disk: the length of one with holes means nothing.
    """
    if not isinstance(source, io.BufferedReader):
        return lambda: 0.5
    status = os.fstat(source.fileno())
    size = min(status.st_size, getattr(status, "st_blocks", 0) * _DISK_BLOCK)
    return lambda: min(1.0, source.tell() / size) if size else 0.5


def read_frames(source: Any, name: str) -> Iterator[Frames]:
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
    buffer = np.empty(_READ_BYTES, np.uint8)
    filled, position, last = 0, Position(name, 0, 0), False
    while not last:
        if filled == buffer.size:
            buffer = np.concatenate([buffer, np.empty_like(buffer)])
        filled, last = _fill(source, name, buffer, filled)
        frames = find_frames(buffer[:filled], position, last=last)
        if len(frames.starts):
            yield frames
            position = Position(name, position.record + len(frames.starts), position.offset + frames.end)
            buffer[: filled - frames.end] = buffer[frames.end : filled].copy()
            filled -= frames.end


def _fill(source: Any, name: str, buffer: NDArray[np.uint8], filled: int) -> tuple[int, bool]:
    """Read until the buffer is full or the file ends; return how much it holds, and whether it ended."""
    while filled < buffer.size:
        count = _read_into(source, buffer[filled:].data, name)
        if not count:
            return filled, True
        filled += count
    return filled, False


def _read_into(source: Any, target: memoryview, name: str) -> int:
    try:
        if hasattr(source, "readinto"):
            return source.readinto(target) or 0
        content = source.read(len(target))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordIOError(f"{name}: the gzip file is damaged: {error}.") from error
    if not isinstance(content, bytes | bytearray):
        raise RecordIOError(f'{name} is open as text; records are bytes: open it with "rb".')
    target[: len(content)] = content
    return len(content)


def find_frames(data: NDArray[np.uint8], position: Position, *, last: bool) -> Frames:
    """Find every whole record in a buffer.

    Parameters
    ----------
    data : uint8 array
        Part of a file, from the beginning of a record.
    position : Position
        Where that is, for error messages.
    last : bool
        Whether the file ends here: then nothing may follow the last record.

    Raises
    ------
    RecordIOError
        Names the record and the byte where a record doesn't begin or end as it must.
    """
    starts = _find_by_magic(data)
    if starts is None or (last and _end(data, starts) != data.size):
        starts = _follow_headers(data, position, last=last)
    flags, lengths = _parse_headers(data, starts)
    if not flags.any():
        return Frames(position, data, starts, lengths, starts - HEADER.size, _end(data, starts), 0)
    if not last:
        final = np.flatnonzero((flags == WHOLE) | (flags >= LAST))
        kept = int(final[-1]) + 1 if final.size else 0
        starts, flags, lengths = starts[:kept], flags[:kept], lengths[:kept]
    return _joined(data, position, starts, lengths, flags)


def _words(data: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return data[: data.size // 4 * 4].view("<u4")


def _parse_headers(data: NDArray[np.uint8], starts: _Offsets) -> tuple[_Offsets, _Offsets]:
    words = _words(data)[starts // 4 - 1]
    return (words >> FLAG_SHIFT).astype(np.int64), (words & MAX_RECORD).astype(np.int64)


def _end(data: NDArray[np.uint8], starts: _Offsets) -> int:
    """Return where the last of the frames ends."""
    if not len(starts):
        return 0
    length = int(_parse_headers(data, starts[-1:])[1][0])
    return int(starts[-1]) + length + padding(length)


def _find_by_magic(data: NDArray[np.uint8]) -> _Offsets | None:
    """Return where payloads start, if every aligned magic number begins a frame and frames are contiguous."""
    words = _words(data)
    heads = np.flatnonzero(words[:-1] == MAGIC)
    if not heads.size or heads[0] != 0:
        return None
    ends = heads + 2 + ((words[heads + 1] & MAX_RECORD).astype(np.int64) + 3) // 4
    if not np.array_equal(heads[1:], ends[:-1]):
        return None
    if ends[-1] > words.size:
        heads, ends = heads[:-1], ends[:-1]
    elif ends[-1] < words.size - 1:
        return None
    return heads * 4 + HEADER.size


def _follow_headers(data: NDArray[np.uint8], position: Position, *, last: bool) -> _Offsets:
    """Follow the frames one by one: some record holds the magic number, or the file is damaged."""
    content = data.data
    starts: list[int] = []
    record = offset = 0
    while offset < len(content):
        header = bytes(content[offset : offset + HEADER.size])
        if len(header) < HEADER.size and not last:
            break
        flag, length = parse_header(header, position.describe(record, offset))
        end = offset + HEADER.size + length + padding(length)
        if end > len(content):
            if not last:
                break
            raise_truncated(position.describe(record, offset), length, end - len(content))
        starts.append(offset + HEADER.size)
        offset, record = end, record + (flag in {WHOLE, LAST})
    return np.array(starts, np.int64)


def _joined(
    data: NDArray[np.uint8], position: Position, starts: _Offsets, lengths: _Offsets, flags: _Offsets
) -> Frames:
    parts = (
        (start - HEADER.size, flag, bytes(data.data[start : start + length]))
        for start, length, flag in zip(starts.tolist(), lengths.tolist(), flags.tolist(), strict=True)
    )
    records = list(join_parts(parts, position))
    sizes = np.array([len(record) for _, record in records], np.int64)
    joined = np.frombuffer(b"".join([*(record for _, record in records), b"\0"]), np.uint8)  # never empty
    offsets = np.array([offset for offset, _ in records], np.int64)
    split = len(records) - int(np.count_nonzero(flags == WHOLE))
    return Frames(position, joined, np.cumsum(sizes) - sizes, sizes, offsets, _end(data, starts), split)
