"""Where the records in a piece of a file begin and end."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.framing import (
    FLAG_SHIFT,
    HEADER,
    LAST,
    MAGIC,
    MAX_RECORD,
    WHOLE,
    Place,
    join_parts,
    padding,
    parse_header,
    refuse_cut,
)

_Positions = NDArray[np.int64]


class Frames(NamedTuple):
    """The whole records of a piece: payload i is `data[starts[i]:starts[i] + lengths[i]]`.

    `offsets` says at which byte of the piece each record's frame begins, and `end` where the last one ends.
    Where records were cut into parts, `data` holds them joined, and `split` says how many were.
    """

    at: Place
    data: NDArray[np.uint8]
    starts: _Positions
    lengths: _Positions
    offsets: _Positions
    end: int
    split: int

    def payload(self, record: int) -> bytes:
        """Copy out one record."""
        start = self.starts[record]
        return self.data[start : start + self.lengths[record]].tobytes()

    def place(self, record: int) -> str:
        """Name a record for an error message."""
        return self.at.of(record, int(self.offsets[record]))


def scan(data: NDArray[np.uint8], at: Place, *, last: bool) -> Frames:
    """Find every whole record.

    Parameters
    ----------
    data : uint8 array
        A piece of a file, from the beginning of a record on.
    at : Place
        Where that is, for error messages.
    last : bool
        Whether the file ends here: then nothing may be left over behind the last record.

    Raises
    ------
    RecordIOError
        Names the record and the byte where a record doesn't begin or end as it must.
    """
    starts = _chain(data)
    if starts is None or (last and _end(data, starts) != data.size):
        starts = _walk(data, at, last=last)
    flags, lengths = _heads(data, starts)
    if not flags.any():
        return Frames(at, data, starts, lengths, starts - HEADER.size, _end(data, starts), 0)
    if not last:
        ended = np.flatnonzero((flags == WHOLE) | (flags >= LAST))
        kept = int(ended[-1]) + 1 if ended.size else 0
        starts, flags, lengths = starts[:kept], flags[:kept], lengths[:kept]
    return _joined(data, at, starts, lengths, flags)


def _words(data: NDArray[np.uint8]) -> NDArray[np.uint32]:
    return data[: data.size // 4 * 4].view("<u4")


def _heads(data: NDArray[np.uint8], starts: _Positions) -> tuple[_Positions, _Positions]:
    words = _words(data)[starts // 4 - 1]
    return (words >> FLAG_SHIFT).astype(np.int64), (words & MAX_RECORD).astype(np.int64)


def _end(data: NDArray[np.uint8], starts: _Positions) -> int:
    """Where the last of the frames ends."""
    if not len(starts):
        return 0
    length = int(_heads(data, starts[-1:])[1][0])
    return int(starts[-1]) + length + padding(length)


def _chain(data: NDArray[np.uint8]) -> _Positions | None:
    """Payload positions, if every aligned magic begins a frame and the frames follow each other."""
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


def _walk(data: NDArray[np.uint8], at: Place, *, last: bool) -> _Positions:
    """Follow the frames one by one: some record holds the magic, or the file is damaged."""
    content = data.data
    starts: list[int] = []
    number = position = 0
    while position < len(content):
        here = at.of(number, position)
        header = bytes(content[position : position + HEADER.size])
        if len(header) < HEADER.size and not last:
            break
        flag, length = parse_header(header, here)
        end = position + HEADER.size + length + padding(length)
        if end > len(content):
            if not last:
                break
            refuse_cut(here, length, end - len(content))
        starts.append(position + HEADER.size)
        position, number = end, number + (flag in {WHOLE, LAST})
    return np.array(starts, np.int64)


def _joined(
    data: NDArray[np.uint8], at: Place, starts: _Positions, lengths: _Positions, flags: _Positions
) -> Frames:
    content = data.data
    parts = (
        (start - HEADER.size, flag, bytes(content[start : start + length]))
        for start, length, flag in zip(starts.tolist(), lengths.tolist(), flags.tolist(), strict=True)
    )
    records = list(join_parts(parts, at))
    sizes = np.array([len(record) for _, record in records], np.int64)
    joined = np.frombuffer(b"".join([*(record for _, record in records), b"\0"]), np.uint8)  # never empty
    offsets = np.array([offset for offset, _ in records], np.int64)
    split = len(records) - int(np.count_nonzero(flags == WHOLE))
    return Frames(at, joined, np.cumsum(sizes) - sizes, sizes, offsets, _end(data, starts), split)
