"""Records in the layout that every known writer produces, decoded by the array.

A record that deviates in any byte is left to protobuf (`tensors.py`), which also words the errors: here a
doubt is enough to step aside.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.scanning import Frames
from data_prep.recordio.segments import copy_segments
from data_prep.recordio.wire import (
    FEATURES,
    FLOAT32_TENSOR,
    KEY,
    KEYS,
    SHAPE,
    VALUE,
    VALUES,
    VECTOR,
    delimited,
)

_VARINT = 5  # bytes of the longest length or shape that is read here
_KEY = 9  # bytes of the longest key that fits an int64
_SMALL = 4  # bytes of the longest key that fits an int32
_FAR = np.iinfo(np.int64).max

_Numbers = NDArray[np.int64]


class Keyed(NamedTuple):
    """Sparse documents: the next `counts[i]` of `keys` and of `values` belong to record `records[i]`."""

    records: _Numbers
    widths: _Numbers
    counts: _Numbers
    keys: NDArray[Any]
    values: NDArray[np.float32]


class _Layout(NamedTuple):
    """Where each record's fields stand; only where `good` is true do the other numbers mean anything."""

    good: NDArray[np.bool_]
    values_at: _Numbers
    counts: _Numbers
    keys_at: _Numbers
    key_bytes: _Numbers
    widths: _Numbers


def decode_dense(frames: Frames) -> NDArray[np.float32] | None:
    """Show the values of records that are all dense and alike but for their values.

    Returns
    -------
    array (D, V), or None
        A view of the frames' bytes; None if any record is otherwise.
    """
    step = int(frames.starts[1] - frames.starts[0]) if len(frames.starts) > 1 else 1
    if (frames.lengths != frames.lengths[0]).any() or (np.diff(frames.starts) != step).any():
        return None
    first = _layout(frames, slice(0, 1))
    width = int(first.counts[0])
    if not first.good[0] or first.key_bytes[0] or not width or first.widths[0] not in {-1, width}:
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


def decode_sparse(frames: Frames) -> Keyed:
    """Decode the records that are sparse and canonical, and leave the others out."""
    layout = _layout(frames, slice(None))
    empty = (layout.counts == 0) & (layout.key_bytes == 0)
    keyed = layout.good & (layout.widths >= 0) & ((layout.key_bytes > 0) | empty)
    chosen = np.flatnonzero(keyed)
    keys, fine = _keys(frames.data, layout, chosen)
    if not fine.all():
        chosen = chosen[fine]
        keys, _ = _keys(frames.data, layout, chosen)
    counts = layout.counts[chosen]
    return Keyed(chosen, layout.widths[chosen], counts, keys, _values(frames.data, layout, chosen))


def _keys(data: NDArray[np.uint8], layout: _Layout, rows: _Numbers) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Decode the rows' keys, and say which rows have one whole, valid key for each value."""
    sizes, counts = layout.key_bytes[rows], layout.counts[rows]
    stops = np.cumsum(sizes)
    stream = _gathered(data, layout.keys_at[rows], sizes)
    ends = np.flatnonzero(stream < 0x80)  # noqa: PLR2004 -- a varint's last byte
    found = np.diff(np.searchsorted(ends, stops), prepend=0)
    fine = found == counts
    fine[sizes > 0] &= stream[stops[sizes > 0] - 1] < 0x80  # noqa: PLR2004 -- a varint's last byte
    digits = np.diff(ends, prepend=-1)
    keys = _varints(stream, ends, digits)
    if (
        fine.all()
        and digits.max(initial=0) <= _KEY
        and keys.max(initial=-1) < layout.widths[rows].min(initial=_FAR)
    ):
        return keys, fine
    owner = np.repeat(np.arange(len(rows)), found)
    fine[owner[digits > _KEY]] = False
    fine[owner[keys >= layout.widths[rows][owner]]] = False
    return keys, fine


def _varints(stream: NDArray[np.uint8], ends: _Numbers, digits: _Numbers) -> NDArray[Any]:
    """Decode the numbers whose last bytes are at `ends`, beginning with those, which count most."""
    longest = min(int(digits.max(initial=1)), _KEY)
    numbers: NDArray[Any] = stream.take(ends).astype(np.int32 if longest <= _SMALL else np.int64)
    for index in range(1, longest):
        more = digits > index
        byte = stream.take(ends - index, mode="clip") & 0x7F
        numbers = np.where(more, numbers << 7 | byte, numbers)
    return numbers


def _values(data: NDArray[np.uint8], layout: _Layout, rows: _Numbers) -> NDArray[np.float32]:
    gathered = _gathered(data, layout.values_at[rows], 4 * layout.counts[rows])
    return gathered.view("<f4").astype(np.float32, copy=False)


def _gathered(data: NDArray[np.uint8], starts: _Numbers, sizes: _Numbers) -> NDArray[np.uint8]:
    """Copy pieces of the data together, one after the other."""
    stops = np.cumsum(sizes)
    out = np.empty(int(stops[-1]) if stops.size else 0, np.uint8)
    copy_segments(out, stops - sizes, data, starts, sizes)
    return out


def _layout(frames: Frames, rows: slice) -> _Layout:
    eye = _Eye(frames, rows)
    eye.enclosing(FEATURES)
    eye.literal(delimited(KEY, VECTOR.encode()))
    eye.enclosing(VALUE)
    eye.enclosing(FLOAT32_TENSOR)
    values_at, value_bytes = eye.optional(VALUES)
    keys_at, key_bytes = eye.optional(KEYS)
    shape_at, shape_bytes = eye.optional(SHAPE)
    eye.at = shape_at.copy()
    widths = np.where(shape_bytes > 0, eye.varint(shape_bytes > 0), -1)
    eye.good &= (eye.at == eye.stop) & (eye.at == shape_at + shape_bytes) & (value_bytes % 4 == 0)
    return _Layout(eye.good, values_at, value_bytes // 4, keys_at, key_bytes, widths)


class _Eye:
    """Reads the same field of many records at once; `at` is where each record's eye rests."""

    def __init__(self, frames: Frames, rows: slice) -> None:
        self._data = frames.data
        self.at = frames.starts[rows].copy()
        self.stop = self.at + frames.lengths[rows]
        self.good = np.ones(len(self.at), np.bool_)

    def _byte(self) -> NDArray[np.uint8]:
        """Look at the next byte of each record.

        Behind a record's end that is another's: whoever looks there won't end at `stop`.
        """
        return self._data.take(self.at, mode="clip")

    def literal(self, expected: bytes) -> None:
        for byte in expected:
            self.good &= self._byte() == byte
            self.at += 1

    def varint(self, rows: NDArray[np.bool_]) -> _Numbers:
        numbers = np.zeros(len(self.at), np.int64)
        more = rows.copy()
        for index in range(_VARINT):
            byte = self._byte()
            numbers |= np.where(more, byte & 0x7F, 0).astype(np.int64) << (7 * index)
            self.at += more
            more &= byte >= 0x80  # noqa: PLR2004 -- every byte of a varint but the last
            if not more.any():
                break
        self.good &= ~more
        return numbers

    def enclosing(self, tag: int) -> None:
        """Read the head of a field that holds all the rest of the record."""
        self.literal(bytes([tag]))
        length = self.varint(np.ones(len(self.at), np.bool_))
        self.good &= self.at + length == self.stop

    def optional(self, tag: int) -> tuple[_Numbers, _Numbers]:
        """Where a field's content begins and how long it is, 0 where the field is absent; step over it."""
        present = (self._byte() == tag) & (self.at < self.stop)
        self.at += present
        length = self.varint(present)
        start = self.at.copy()
        self.at += length
        self.good &= self.at <= self.stop
        return start, length
