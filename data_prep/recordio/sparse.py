"""Records of sparse float32 vectors, a block of rows at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.framing import HEADER, MAGIC, MAX_RECORD, check_length
from data_prep.recordio.matrices import SparseRows
from data_prep.recordio.wire import (
    FEATURES,
    FLOAT32_TENSOR,
    KEY,
    KEYS,
    LABEL,
    SHAPE,
    VALUE,
    VALUES,
    VECTOR,
    delimited,
    put_varints,
    tensor_ends,
    varint,
    varint_lengths,
)

_Lengths = NDArray[np.int64]


class Sizes(NamedTuple):
    """The length that each record's nested fields announce, from the innermost to the frame."""

    values: _Lengths
    keys: _Lengths
    tensor: _Lengths
    value: _Lengths
    entry: _Lengths
    record: _Lengths
    frame: _Lengths


def sizes(entries: _Lengths, key_bytes: _Lengths, width: int, *, labelled: bool) -> Sizes:
    """Lengths of the records of rows with `entries` non-zeros whose keys take `key_bytes` bytes."""
    values = 4 * entries
    tensor = _field(values) + _field(key_bytes) + len(_shape(width))
    value = _field(tensor)
    entry = len(delimited(KEY, VECTOR.encode())) + _field(value)
    record = _field(entry) + (len(_label(0)) if labelled else 0)
    return Sizes(values, key_bytes, tensor, value, entry, record, HEADER.size + (record + 3) // 4 * 4)


def _field(length: _Lengths) -> _Lengths:
    """Bytes of a delimited field: none when it is empty, as protobuf leaves empty ones out."""
    return np.where(length > 0, 1 + varint_lengths(length) + length, 0)


def _shape(width: int) -> bytes:
    return delimited(SHAPE, varint(width))


def _label(label: float) -> bytes:
    before, after = tensor_ends(LABEL, VECTOR, 1, shape=False)
    return before + np.array(label, "<f4").tobytes() + after


def encode(
    rows: SparseRows, width: int, labels: NDArray[np.float32] | None, first_row: int
) -> NDArray[np.uint8]:
    """Encode a block of rows as frames.

    Parameters
    ----------
    rows : SparseRows
        n rows.
    width : int
        The size of the vocabulary.
    labels : float32 array (n,), optional
        A label for each row.
    first_row : int
        The number of the block's first row, for an error message.

    Raises
    ------
    RecordIOError
        If a row makes a record that RecordIO can't hold.
    """
    lengths = varint_lengths(rows.keys)
    key_starts = np.concatenate(([0], np.cumsum(lengths)))
    entries, key_bytes = np.diff(rows.indptr), np.diff(key_starts[rows.indptr])
    size = sizes(entries, key_bytes, width, labelled=labels is not None)
    if (size.record > MAX_RECORD).any():
        row = int((size.record > MAX_RECORD).argmax())
        check_length(int(size.record[row]), first_row + row)
    pen = _Pen(size.frame)
    _put_heads(pen, size)
    _put_values(pen, rows, entries)
    _put_keys(pen, rows, lengths, key_starts)
    pen.put(_shape(width))
    if labels is not None:
        pen.put(_label(0))
        _scatter_floats(pen.out, pen.at - 4, labels)
    return pen.out


class _Pen:
    """Writes the same field into every record of a block at once; `at` is where each record's pen stands."""

    def __init__(self, frame_sizes: _Lengths) -> None:
        self.out = np.zeros(int(frame_sizes.sum()), np.uint8)
        self.at = np.cumsum(frame_sizes) - frame_sizes

    def put(self, literal: bytes, rows: NDArray[np.bool_] | slice = slice(None)) -> None:
        at = self.at[rows]
        for index, byte in enumerate(literal):
            self.out[at + index] = byte
        self.at[rows] += len(literal)

    def put_header(self, tag: int, lengths: _Lengths) -> None:
        """Write a delimited field's tag and length, where the field isn't empty."""
        rows = lengths > 0
        self.put(bytes([tag]), rows)
        digits = varint_lengths(lengths[rows])
        put_varints(self.out, self.at[rows], lengths[rows], digits)
        self.at[rows] += digits


def _put_heads(pen: _Pen, size: Sizes) -> None:
    words = pen.out.view("<u4")
    words[pen.at // 4] = MAGIC
    words[pen.at // 4 + 1] = size.record
    pen.at += HEADER.size
    pen.put_header(FEATURES, size.entry)
    pen.put(delimited(KEY, VECTOR.encode()))
    pen.put_header(VALUE, size.value)
    pen.put_header(FLOAT32_TENSOR, size.tensor)


def _put_values(pen: _Pen, rows: SparseRows, entries: _Lengths) -> None:
    pen.put_header(VALUES, 4 * entries)
    at = np.repeat(pen.at - 4 * rows.indptr[:-1], entries) + 4 * np.arange(rows.values.size)
    _scatter_floats(pen.out, at, rows.values)
    pen.at += 4 * entries


def _put_keys(pen: _Pen, rows: SparseRows, lengths: _Lengths, key_starts: _Lengths) -> None:
    key_bytes = np.diff(key_starts[rows.indptr])
    pen.put_header(KEYS, key_bytes)
    at = np.repeat(pen.at - key_starts[rows.indptr[:-1]], np.diff(rows.indptr)) + key_starts[:-1]
    put_varints(pen.out, at, rows.keys, lengths)
    pen.at += key_bytes


def _scatter_floats(out: NDArray[np.uint8], at: _Lengths, numbers: NDArray[np.float32]) -> None:
    """Write each number at its byte, wherever that is: a view with a stride of one byte allows it."""
    anywhere: NDArray[np.float32] = np.ndarray((out.size - 3,), "<f4", out.data, strides=(1,))
    anywhere[at] = numbers
