"""Records of sparse float32 vectors, a block of rows at a time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.framing import HEADER, MAGIC, MAX_RECORD, Encoded, check_length
from data_prep.recordio.matrices import SparseRows
from data_prep.recordio.segments import as_bytes
from data_prep.recordio.stamps import Pen
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
    encode_varints,
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


def encode(rows: SparseRows, width: int, labels: NDArray[np.float32] | None, first_row: int) -> Encoded:
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
    stream, key_ends = encode_varints(rows.keys, rows.indptr)
    size = sizes(np.diff(rows.indptr), np.diff(key_ends), width, labelled=labels is not None)
    if size.record.max(initial=0) > MAX_RECORD:
        row = int((size.record > MAX_RECORD).argmax())
        check_length(int(size.record[row]), first_row + row)
    ends = np.cumsum(size.frame)
    pen = Pen(int(size.frame.sum()), ends - size.frame)
    _put_head(pen, size)
    pen.copy(as_bytes(rows.values), 4 * rows.indptr[:-1], size.values)
    pen.put((KEYS, size.keys))
    pen.copy(stream, key_ends[:-1], size.keys)
    pen.put(_shape(width))
    if labels is not None:
        pen.put(_label(0)[:-4])
        pen.copy(as_bytes(labels), 4 * np.arange(len(labels)), np.full(len(labels), 4))
    return Encoded(pen.out, ends)


def _put_head(pen: Pen, size: Sizes) -> None:
    pen.out.view("<u4")[pen.at // 4] = MAGIC
    pen.out.view("<u4")[pen.at // 4 + 1] = size.record
    pen.at += HEADER.size
    pen.put(
        (FEATURES, size.entry),
        delimited(KEY, VECTOR.encode()),
        (VALUE, size.value),
        (FLOAT32_TENSOR, size.tensor),
        (VALUES, size.values),
    )
