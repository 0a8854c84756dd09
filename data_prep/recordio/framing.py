"""RecordIO's frames: magic, a word of flag and length, the record, zeros up to four bytes.

The format is dmlc-core's `recordio.h`. Its writer cuts a record wherever the magic stands on a 4-byte
boundary of the record, drops the magic there and flags the parts; its reader puts the magic back.
SageMaker's SDK writes records whole and can't read cut ones, so whole is what is written by default.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple, NoReturn

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


class Encoded(NamedTuple):
    """Frames of whole records, one after the other: that of record i ends at `ends[i]`."""

    content: NDArray[np.uint8]
    ends: NDArray[np.int64]


def padding(length: int) -> int:
    """How many zeros follow a record of `length` bytes."""
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


def cut_at_magic(frames: Encoded) -> Encoded:
    """Cut whole records into parts as MXNet's writer does; `frames` itself where none holds the magic."""
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
    return Encoded(np.frombuffer(b"".join(records), np.uint8), np.cumsum([len(record) for record in records]))


def _parts(record: bytes, hits: NDArray[np.int64]) -> bytes:
    if not hits.size:
        return frame(record)
    starts = [0, *(hit + _WORD for hit in hits)]
    stops = [*hits, len(record)]
    flags = [FIRST, *[MIDDLE] * (len(hits) - 1), LAST]
    return b"".join(
        frame(record[start:stop], flag) for start, stop, flag in zip(starts, stops, flags, strict=True)
    )


class Place(NamedTuple):
    """Where a piece of a file stands: the number of its first record, and the byte where that begins."""

    name: str
    record: int
    offset: int

    def of(self, record: int, offset: int) -> str:
        """Name one of the piece's records for an error message."""
        return f"{self.name}, record {self.record + record} at byte {self.offset + offset}"


def parse_header(header: bytes, here: str) -> tuple[int, int]:
    """Take a frame's header apart.

    Parameters
    ----------
    header : bytes
        The 8 bytes where a frame should begin; fewer where the file ends.
    here : str
        The place, for an error message.

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
        raise RecordIOError(f"{here}: this is gzip, not RecordIO; open it with gzip.open.")
    if len(header) < HEADER.size:
        raise RecordIOError(f"{here}: a record can't begin, only {len(header)} bytes are left.")
    magic, word = HEADER.unpack(header)
    if magic != MAGIC:
        raise RecordIOError(
            f"{here}: a record begins with the bytes {MAGIC_BYTES.hex(' ')}, not with {header[:4].hex(' ')}."
        )
    return word >> FLAG_SHIFT, word & MAX_RECORD


def refuse_cut(here: str, length: int, missing: int) -> NoReturn:
    """Raise RecordIOError for a file that ends inside a record."""
    raise RecordIOError(
        f"{here}: the record has {length} bytes, but the file ends {missing} bytes too early."
    )


def join_parts(frames: Iterable[tuple[int, int, bytes]], at: Place) -> Iterator[tuple[int, bytes]]:
    """Put cut records together again, the magic between their parts.

    Parameters
    ----------
    frames : iterable of (offset, flag, part)
        Every frame of a piece of a file.
    at : Place
        Where the piece begins, for error messages.

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
    begun = number = 0
    for offset, flag, part in frames:
        if flag > LAST or (flag in {MIDDLE, LAST}) != bool(parts):
            raise RecordIOError(f"{at.of(number, offset)}: part {flag} of a record is out of order.")
        begun = begun if parts else offset
        parts.append(part)
        if flag in {WHOLE, LAST}:
            yield begun, MAGIC_BYTES.join(parts)
            parts, number = [], number + 1
    if parts:
        raise RecordIOError(f"{at.of(number, begun)}: the file ends before the record's last part.")
