"""The records of one piece as one matrix."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.canonical import Keyed, decode_dense, decode_sparse
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.scanning import Frames
from data_prep.recordio.tensors import Vector, document, parse


class Documents(NamedTuple):
    """One piece's documents, how many of them are dense, and how many carry a label."""

    matrix: Any
    dense: int
    labelled: int


def decode(frames: Frames, width: int | None) -> Documents:
    """Decode documents.

    Parameters
    ----------
    frames : Frames
        At least one record.
    width : int, optional
        How many words the documents above are over.

    Returns
    -------
    Documents
        Their matrix is an array (n, V), maybe a view of the frames' bytes, or a canonical csr array (n, V).

    Raises
    ------
    RecordIOError
        Names the file, the record and the byte where it begins.
    """
    dense = decode_dense(frames)
    if dense is not None:
        _check_widths(frames, np.full(len(dense), dense.shape[1]), width)
        return Documents(dense, len(dense), 0)
    return _decode(frames, width)


def _decode(frames: Frames, width: int | None) -> Documents:
    keyed = decode_sparse(frames)
    others = np.setdiff1d(np.arange(len(frames.starts)), keyed.records, assume_unique=True)
    records = [parse(frames.payload(record), frames.place(record)) for record in others]
    vectors = [document(parsed, frames.place(at)) for parsed, at in zip(records, others, strict=True)]
    labelled = sum(bool(record.labels) for record in records)
    dense = sum(vector.keys is None for vector in vectors)
    widths = np.zeros(len(frames.starts), np.int64)
    widths[keyed.records] = keyed.widths
    widths[others] = [vector.width for vector in vectors]
    _check_widths(frames, widths, width)
    if dense == len(frames.starts):
        return Documents(np.stack([vector.values for vector in vectors]), dense, labelled)
    return Documents(_in_order(keyed, others, vectors, int(widths[0])), dense, labelled)


def _check_widths(frames: Frames, widths: NDArray[np.int64], expected: int | None) -> None:
    expected = int(widths[0]) if expected is None else expected
    wrong = widths != expected
    if wrong.any():
        record = int(wrong.argmax())
        raise RecordIOError(
            f"{frames.place(record)}: it is over {widths[record]} words, but record 0 is over {expected}."
        )


def _in_order(keyed: Keyed, others: Any, vectors: list[Vector], width: int) -> Any:
    matrix = _csr(keyed.values, keyed.keys, keyed.counts, width)
    if vectors:
        matrix = sparse.vstack([matrix, _stacked(vectors, width)], format="csr")
        matrix = matrix[np.argsort(np.concatenate([keyed.records, others]))]
    matrix.sum_duplicates()
    return matrix


def _stacked(vectors: list[Vector], width: int) -> Any:
    keys = [np.flatnonzero(vector.values) if vector.keys is None else vector.keys for vector in vectors]
    values = [v.values[v.values != 0] if v.keys is None else v.values for v in vectors]
    return _csr(np.concatenate(values), np.concatenate(keys), np.array([len(k) for k in keys]), width)


def _csr(values: Any, keys: Any, counts: Any, width: int) -> Any:
    index = np.int32 if max(width, values.size) <= np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(index)
    return sparse.csr_array((values, keys.astype(index, copy=False), indptr), shape=(len(counts), width))
