"""Where the records of a file begin and end."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.framing import (
    FLAG_SHIFT,
    HEADER,
    MAGIC,
    MAX_RECORD,
    join_parts,
    padding,
    parse_header,
    place,
    refuse_cut,
)


class Frames(NamedTuple):
    """The records of a file: payload i is `data[starts[i]:starts[i] + lengths[i]]`.

    `offsets` says at which byte of the file each record's frame begins; where records were cut into parts,
    `data` holds them joined.
    """

    name: str
    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def payload(self, record: int) -> bytes:
        """Copy out one record."""
        start = self.starts[record]
        return self.data[start : start + self.lengths[record]].tobytes()

    def place(self, record: int) -> str:
        """Name a record for an error message."""
        return place(self.name, record, int(self.offsets[record]))


def scan(content: bytes, name: str) -> Frames:
    """Find every record.

    Parameters
    ----------
    content : bytes
        The whole file.
    name : str
        The file's name, for error messages.

    Raises
    ------
    RecordIOError
        Names the record and the byte where a record doesn't begin or end as it must.
    """
    data = np.frombuffer(content, np.uint8)
    starts = _chain(data)
    if starts is None:
        starts = _walk(content, name)
    words = _words(data)[starts // 4 - 1]
    flags, lengths = (words >> FLAG_SHIFT).astype(np.int64), (words & MAX_RECORD).astype(np.int64)
    if flags.any():
        return _joined(name, content, starts, lengths, flags)
    return Frames(name, data, starts, lengths, starts - HEADER.size)


def _words(data: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return data[: data.size // 4 * 4].view("<u4")


def _chain(data: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """Payload positions, if every aligned magic begins a frame and the frames fill the file exactly."""
    words = _words(data)
    heads = np.flatnonzero(words[:-1] == MAGIC)
    ends = heads + 2 + ((words[heads + 1] & MAX_RECORD).astype(np.int64) + 3) // 4
    if data.size % 4 or not np.array_equal(np.append(heads, words.size), np.append(0, ends)):
        return None
    return heads * 4 + HEADER.size


def _walk(content: bytes, name: str) -> NDArray[np.int64]:
    """Follow the frames one by one: some record holds the magic, or the file is damaged."""
    starts: list[int] = []
    at = 0
    while at < len(content):
        here = place(name, len(starts), at)
        length = parse_header(content[at : at + HEADER.size], here)[1]
        end = at + HEADER.size + length + padding(length)
        if end > len(content):
            refuse_cut(here, length, end - len(content))
        starts.append(at + HEADER.size)
        at = end
    return np.array(starts, np.int64)


def _joined(
    name: str,
    content: bytes,
    starts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    flags: NDArray[np.int64],
) -> Frames:
    parts = (
        (start - HEADER.size, flag, content[start : start + length])
        for start, length, flag in zip(starts.tolist(), lengths.tolist(), flags.tolist(), strict=True)
    )
    records = list(join_parts(parts, name))
    sizes = np.array([len(record) for _, record in records], np.int64)
    data = np.frombuffer(b"".join(record for _, record in records), np.uint8)
    offsets = np.array([offset for offset, _ in records], np.int64)
    return Frames(name, data, np.cumsum(sizes) - sizes, sizes, offsets)
