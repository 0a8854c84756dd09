"""Records in the canonical encoding that every known writer produces, decoded together with numpy.

A record that deviates in any byte is left to protobuf (`decoder.py`), which also raises the errors.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.frame_reader import Frames
from data_prep.recordio.wire_format import (
    FEATURES,
    FLOAT32_TENSOR,
    KEY,
    KEYS,
    SHAPE,
    VALUE,
    VALUES,
    VECTOR,
    copy_segments,
    delimited,
)

_MAX_LENGTH = 5  # bytes of the longest length or shape that is read here
_MAX_KEY = 9  # bytes of the longest key that fits an int64
_MAX_INT32_KEY = 4  # bytes of the longest key that fits an int32
_LAST_BYTE = 0x80  # a varint's last byte is below it, all others aren't
_MAX_WIDTH = np.iinfo(np.int64).max

_Numbers = NDArray[np.int64]


class SparseRecords(NamedTuple):
    """Sparse documents: the next `counts[i]` of `keys` and of `values` belong to record `records[i]`."""

    records: _Numbers
    widths: _Numbers
    counts: _Numbers
    keys: NDArray[Any]
    values: NDArray[np.float32]


class _Fields(NamedTuple):
    """The position of each record's fields; the other numbers are undefined where `valid` is false."""

    valid: NDArray[np.bool_]
    values_at: _Numbers
    counts: _Numbers
    keys_at: _Numbers
    key_bytes: _Numbers
    widths: _Numbers


def decode_dense(frames: Frames) -> NDArray[np.float32] | None:
    """View the values of records that are all dense and differ only in their values.

    Returns
    -------
    array (D, V), or None
        A view of the frames' bytes; None if any record is different.
    """
    step = int(frames.starts[1] - frames.starts[0]) if len(frames.starts) > 1 else 1
    if (frames.lengths != frames.lengths[0]).any() or (np.diff(frames.starts) != step).any():
        return None
    first = _find_fields(frames, slice(0, 1))
    width = int(first.counts[0])
    if not first.valid[0] or first.key_bytes[0] or not width or first.widths[0] not in {-1, width}:
        return None
    start, length = int(frames.starts[0]), int(frames.lengths[0])
    grid: NDArray[np.uint8] = np.ndarray(
        (len(frames.starts), length), np.uint8, frames.data.data, start, (step, 1)
    )
    before, after = int(first.values_at[0]) - start, int(first.values_at[0]) - start + 4 * width
    if (grid[:, :before] != grid[0, :before]).any() or (grid[:, after:] != grid[0, after:]).any():
        return None
    return np.ndarray(
        (len(frames.starts), width), "<f4", frames.data.data, int(first.values_at[0]), (step, 4)
    )


def decode_sparse(frames: Frames) -> SparseRecords:
    """Decode the records that are sparse and canonical; the others are missing in the result."""
    fields = _find_fields(frames, slice(None))
    empty = (fields.counts == 0) & (fields.key_bytes == 0)
    sparse = fields.valid & (fields.widths >= 0) & ((fields.key_bytes > 0) | empty)
    records = np.flatnonzero(sparse)
    keys, valid = _keys(frames.data, fields, records)
    if not valid.all():
        records = records[valid]
        keys, _ = _keys(frames.data, fields, records)
    counts = fields.counts[records]
    return SparseRecords(records, fields.widths[records], counts, keys, _values(frames.data, fields, records))


def _keys(data: NDArray[np.uint8], fields: _Fields, rows: _Numbers) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Decode the rows' keys, and return which rows have one whole, valid key for each value."""
    sizes, counts = fields.key_bytes[rows], fields.counts[rows]
    stops = np.cumsum(sizes)
    stream = _gather(data, fields.keys_at[rows], sizes)
    ends = np.flatnonzero(stream < _LAST_BYTE)
    found = np.diff(np.searchsorted(ends, stops), prepend=0)
    valid = found == counts
    valid[sizes > 0] &= stream[stops[sizes > 0] - 1] < _LAST_BYTE
    digits = np.diff(ends, prepend=-1)
    keys = _varints(stream, ends, digits)
    if (
        valid.all()
        and digits.max(initial=0) <= _MAX_KEY
        and keys.max(initial=-1) < fields.widths[rows].min(initial=_MAX_WIDTH)
    ):
        return keys, valid
    owner = np.repeat(np.arange(len(rows)), found)
    valid[owner[digits > _MAX_KEY]] = False
    valid[owner[keys >= fields.widths[rows][owner]]] = False
    return keys, valid


def _varints(stream: NDArray[np.uint8], ends: _Numbers, digits: _Numbers) -> NDArray[Any]:
    """Decode the numbers whose last bytes are at `ends`, from the most significant digit."""
    longest = min(int(digits.max(initial=1)), _MAX_KEY)
    numbers: NDArray[Any] = stream.take(ends).astype(np.int32 if longest <= _MAX_INT32_KEY else np.int64)
    for index in range(1, longest):
        more = digits > index
        byte = stream.take(ends - index, mode="clip") & 0x7F
        numbers = np.where(more, numbers << 7 | byte, numbers)
    return numbers


def _values(data: NDArray[np.uint8], fields: _Fields, rows: _Numbers) -> NDArray[np.float32]:
    gathered = _gather(data, fields.values_at[rows], 4 * fields.counts[rows])
    return gathered.view("<f4").astype(np.float32, copy=False)


def _gather(data: NDArray[np.uint8], starts: _Numbers, sizes: _Numbers) -> NDArray[np.uint8]:
    """Copy segments of the data, one after the other."""
    stops = np.cumsum(sizes)
    out = np.empty(int(stops[-1]) if stops.size else 0, np.uint8)
    copy_segments(out, stops - sizes, data, starts, sizes)
    return out


def _find_fields(frames: Frames, rows: slice) -> _Fields:
    cursors = _Cursors(frames, rows)
    cursors.enclosing(FEATURES)
    cursors.literal(delimited(KEY, VECTOR.encode()))
    cursors.enclosing(VALUE)
    cursors.enclosing(FLOAT32_TENSOR)
    values_at, value_bytes = cursors.optional(VALUES)
    keys_at, key_bytes = cursors.optional(KEYS)
    shape_at, shape_bytes = cursors.optional(SHAPE)
    cursors.at = shape_at.copy()
    widths = np.where(shape_bytes > 0, cursors.varint(shape_bytes > 0), -1)
    cursors.valid &= (cursors.at == cursors.stop) & (cursors.at == shape_at + shape_bytes)
    cursors.valid &= value_bytes % 4 == 0
    return _Fields(cursors.valid, values_at, value_bytes // 4, keys_at, key_bytes, widths)


class _Cursors:
    """Reads the same field of many records in one step; `at` is the position in each record."""

    def __init__(self, frames: Frames, rows: slice) -> None:
        self._data = frames.data
        self.at = frames.starts[rows].copy()
        self.stop = self.at + frames.lengths[rows]
        self.valid = np.ones(len(self.at), np.bool_)

    def _byte(self) -> NDArray[np.uint8]:
        """Return the next byte of each record.

        Beyond a record's end that is another's byte: such a record's cursor won't end at `stop`.
        """
        return self._data.take(self.at, mode="clip")

    def literal(self, expected: bytes) -> None:
        for byte in expected:
            self.valid &= self._byte() == byte
            self.at += 1

    def varint(self, rows: NDArray[np.bool_]) -> _Numbers:
        numbers = np.zeros(len(self.at), np.int64)
        more = rows.copy()
        for index in range(_MAX_LENGTH):
            byte = self._byte()
            numbers |= np.where(more, byte & 0x7F, 0).astype(np.int64) << (7 * index)
            self.at += more
            more &= byte >= _LAST_BYTE
            if not more.any():
                break
        self.valid &= ~more
        return numbers

    def enclosing(self, tag: int) -> None:
        """Read the tag and length of a field that contains the rest of the record."""
        self.literal(bytes([tag]))
        length = self.varint(np.ones(len(self.at), np.bool_))
        self.valid &= self.at + length == self.stop

    def optional(self, tag: int) -> tuple[_Numbers, _Numbers]:
        """Return where a field's content begins and its length, 0 if the field is absent; skip it."""
        present = (self._byte() == tag) & (self.at < self.stop)
        self.at += present
        length = self.varint(present)
        start = self.at.copy()
        self.at += length
        self.valid &= self.at <= self.stop
        return start, length
