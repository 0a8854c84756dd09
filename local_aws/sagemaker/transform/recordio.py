"""RecordIO's framing, as far as splitting a file into records takes.

mxnet.apache.org/versions/1.9.1/api/architecture/note_data_loading: a magic number, three bits for the kind
of part, 29 bits for the length, the content, and zeros up to a multiple of four bytes. A record may have
several parts.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MAGIC = 0xCED7230A
HEADER = struct.Struct("<II")
LENGTH_BITS = 29
WHOLE, FIRST, MIDDLE, LAST = range(4)


class BadRecordError(ValueError):
    """The file isn't RecordIO; the message names the byte."""


class TooLongError(ValueError):
    """A record is longer than the limit; the message names its first byte."""


class Record(NamedTuple):
    """One record.

    Parameters
    ----------
    framed
        Its bytes in the file, with all headers and the padding.
    content
        Its content: writers split a record where it contains the magic number.
    """

    framed: bytes
    content: bytes


class _Part(NamedTuple):
    kind: int
    framed: bytes
    content: bytes


def records(file: BinaryIO, limit: int) -> Iterator[Record]:
    """Read the records of a file; the parts of a record are joined.

    Parameters
    ----------
    file
        Open at the beginning of a record.
    limit
        The largest size of a record in bytes, headers included.

    Raises
    ------
    BadRecordError, TooLongError
        The message names the byte at which the record begins.
    """
    start = 0
    while first := _read_part(file, start, limit):
        parts = [first]
        if first.kind not in {WHOLE, FIRST}:
            raise BadRecordError(f"The record at byte {start} begins with a later part of a record.")
        while parts[-1].kind not in {WHOLE, LAST}:
            size = sum(len(part.framed) for part in parts)
            parts.append(_next_part(file, start, start + size, limit - size))
        framed = b"".join(part.framed for part in parts)
        yield Record(framed, struct.pack("<I", MAGIC).join(part.content for part in parts))
        start += len(framed)


def _next_part(file: BinaryIO, start: int, part_start: int, limit: int) -> _Part:
    part = _read_part(file, part_start, limit)
    if part is None or part.kind not in {MIDDLE, LAST}:
        raise BadRecordError(f"The record at byte {start} has a first part, but no last one.")
    return part


def _read_part(file: BinaryIO, start: int, limit: int) -> _Part | None:
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
