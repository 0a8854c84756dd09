"""RecordIO's frames: the magic number, a word of flag and length, the record, zeros up to four bytes.

The format is dmlc-core's `recordio.h`. Its writer splits a record wherever the magic number is on a 4-byte
boundary of the record, drops it there and flags the parts; its reader inserts it again. SageMaker's SDK
writes records whole and can't read split ones, so records are written whole by default.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.errors import RecordIOError

MAGIC = 0xCED7230A
MAGIC_BYTES = struct.pack("<I", MAGIC)
HEADER = struct.Struct("<II")
MAX_RECORD = 2**29 - 1  # the three bits above are the flag
FLAG_SHIFT = 29
WHOLE, FIRST, MIDDLE, LAST = 0, 1, 2, 3
GZIP = b"\x1f\x8b"
_WORD = 4

File = str | os.PathLike[str] | BinaryIO


class EncodedFrames(NamedTuple):
    """Frames of whole records, one after the other: that of record i ends at `ends[i]`."""

    content: NDArray[np.uint8]
    ends: NDArray[np.int64]


def padding(length: int) -> int:
    """Return how many zeros follow a record of `length` bytes."""
    return -length % _WORD


def check_length(length: int, row: int) -> None:
    """Raise RecordIOError if a record of `length` bytes doesn't fit RecordIO's 29 bits."""
    if length > MAX_RECORD:
        raise RecordIOError(
            f"Row {row} makes a record of {length} bytes; RecordIO holds at most {MAX_RECORD} in one."
        )


def frame(record: bytes, flag: int = WHOLE) -> bytes:
    """Put one record, or one part of it, into a frame."""
    head = HEADER.pack(MAGIC, flag << FLAG_SHIFT | len(record))
    return head + record + bytes(padding(len(record)))


def split_at_magic(frames: EncodedFrames) -> EncodedFrames:
    """Split whole records into parts as MXNet's writer does; `frames` itself if none holds the magic."""
    hits = np.flatnonzero(frames.content.view("<u4") == MAGIC) * _WORD
    if len(frames.ends) == len(hits):
        return frames
    starts = np.concatenate(([0], frames.ends[:-1]))
    lengths = frames.content.view("<u4")[starts // _WORD + 1].astype(np.int64)
    records = [
        _parts(
            frames.content[start : start + length].tobytes(),
            hits[(hits >= start) & (hits + _WORD <= start + length)] - start,
        )
        for start, length in zip(starts + HEADER.size, lengths, strict=True)
    ]
    ends = np.cumsum([len(record) for record in records])
    return EncodedFrames(np.frombuffer(b"".join(records), np.uint8), ends)


def _parts(record: bytes, hits: NDArray[np.int64]) -> bytes:
    if not hits.size:
        return frame(record)
    starts = [0, *(hit + _WORD for hit in hits)]
    stops = [*hits, len(record)]
    flags = [FIRST, *[MIDDLE] * (len(hits) - 1), LAST]
    return b"".join(
        frame(record[start:stop], flag) for start, stop, flag in zip(starts, stops, flags, strict=True)
    )


class Position(NamedTuple):
    """Where a buffer begins in a file: the number of its first record, and that record's first byte."""

    file: str
    record: int
    offset: int

    def describe(self, record: int, offset: int) -> str:
        """Describe the position of one of the buffer's records for an error message."""
        return f"{self.file}, record {self.record + record} at byte {self.offset + offset}"


def parse_header(header: bytes, position: str) -> tuple[int, int]:
    """Parse a frame's header.

    Parameters
    ----------
    header : bytes
        The 8 bytes where a frame should begin; fewer where the file ends.
    position : str
        The position, for an error message.

    Returns
    -------
    flag, length : int
        Which part of a record the frame holds, and how many bytes.

    Raises
    ------
    RecordIOError
        If no frame begins here.
    """
    if header.startswith(GZIP):
        raise RecordIOError(f"{position}: this is gzip, not RecordIO; open it with gzip.open.")
    if len(header) < HEADER.size:
        raise RecordIOError(f"{position}: a record can't begin, only {len(header)} bytes are left.")
    magic, word = HEADER.unpack(header)
    if magic != MAGIC:
        raise RecordIOError(
            f"{position}: a record begins with the bytes {MAGIC_BYTES.hex(' ')},"
            f" not with {header[:4].hex(' ')}."
        )
    return word >> FLAG_SHIFT, word & MAX_RECORD


def raise_truncated(position: str, length: int, missing: int) -> NoReturn:
    """Raise RecordIOError for a file that ends inside a record."""
    raise RecordIOError(
        f"{position}: the record has {length} bytes, but the file ends {missing} bytes too early."
    )


def join_parts(frames: Iterable[tuple[int, int, bytes]], start: Position) -> Iterator[tuple[int, bytes]]:
    """Join the parts of split records, with the magic number between them.

    Parameters
    ----------
    frames : iterable of (offset, flag, part)
        Every frame of a buffer.
    start : Position
        Where the buffer begins, for error messages.

    Yields
    ------
    offset, record : int, bytes
        Where the record's first frame begins, and the record.

    Raises
    ------
    RecordIOError
        If a part is missing.
    """
    parts: list[bytes] = []
    begin = number = 0
    for offset, flag, part in frames:
        if flag > LAST or (flag in {MIDDLE, LAST}) != bool(parts):
            raise RecordIOError(f"{start.describe(number, offset)}: part {flag} of a record is out of order.")
        begin = begin if parts else offset
        parts.append(part)
        if flag in {WHOLE, LAST}:
            yield begin, MAGIC_BYTES.join(parts)
            parts, number = [], number + 1
    if parts:
        raise RecordIOError(f"{start.describe(number, begin)}: the file ends before the record's last part.")
