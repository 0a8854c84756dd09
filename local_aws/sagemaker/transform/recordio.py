"""RecordIO's framing, as far as splitting a file takes: where each record begins and ends.

mxnet.apache.org/versions/1.9.1/api/architecture/note_data_loading: a magic number, three bits that say which
part of a record it is, 29 bits of length, the content, and zeros up to a multiple of four bytes.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAGIC = 0xCED7230A
HEADER = struct.Struct("<II")
LENGTH_BITS = 29
WHOLE, FIRST, MIDDLE, LAST = range(4)


class BadRecordError(ValueError):
    """The file isn't RecordIO at a place that the message names."""


class TooLongError(ValueError):
    """A record is longer than it may be; the message says where it begins."""


class Record(NamedTuple):
    """One record.

    Parameters
    ----------
    framed
        Its bytes as they stand in the file: with all headers and the padding.
    content
        What was written: writers split a record where the magic number stands in it.
    """

    framed: bytes
    content: bytes


class _Part(NamedTuple):
    kind: int
    framed: bytes
    content: bytes


def records(file: BinaryIO, limit: int) -> Iterator[Record]:
    """Read the records of a file; those of several parts stay together.

    Parameters
    ----------
    file
        Open at the beginning of a record.
    limit
        How many bytes a record may have, headers included.

    Raises
    ------
    BadRecordError, TooLongError
        With the byte where the record begins.
    """
    start = 0
    while first := _part(file, start, limit):
        parts = [first]
        if first.kind not in {WHOLE, FIRST}:
            raise BadRecordError(f"The record at byte {start} begins with a later part of a record.")
        while parts[-1].kind not in {WHOLE, LAST}:
            size = sum(len(part.framed) for part in parts)
            parts.append(_next_part(file, start, start + size, limit - size))
        framed = b"".join(part.framed for part in parts)
        yield Record(framed, struct.pack("<I", MAGIC).join(part.content for part in parts))
        start += len(framed)


def _next_part(file: BinaryIO, start: int, place: int, limit: int) -> _Part:
    part = _part(file, place, limit)
    if part is None or part.kind not in {MIDDLE, LAST}:
        raise BadRecordError(f"The record at byte {start} has a first part, but no last one.")
    return part


def _part(file: BinaryIO, start: int, limit: int) -> _Part | None:
    header = file.read(HEADER.size)
    if not header:
        return None
    if len(header) < HEADER.size:
        raise BadRecordError(f"The file ends within the header of the record at byte {start}.")
    magic, flag_and_length = HEADER.unpack(header)
    if magic != MAGIC:
        raise BadRecordError(f"There is no RecordIO record at byte {start}: its magic number is missing.")
    length = flag_and_length & ((1 << LENGTH_BITS) - 1)
    padded = length + -length % 4
    if HEADER.size + padded > limit:
        raise TooLongError(f"The record at byte {start} has {HEADER.size + padded} bytes or more.")
    body = file.read(padded)
    if len(body) < padded:
        raise BadRecordError(f"The file ends within the record at byte {start}.")
    return _Part(flag_and_length >> LENGTH_BITS, header + body, body[:length])
