"""Dense or sparse: whichever is smaller, known exactly before a byte is written."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.dense import document_template
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.matrices import is_sparse
from data_prep.recordio.sparse import sizes
from data_prep.recordio.wire import varint_lengths

LAYOUTS = ("auto", "dense", "sparse")
_BLOCK = 1 << 18


def choose(matrix: Any, layout: str, *, shape: bool, labelled: bool) -> str:
    """Decide between the layouts.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        The counts.
    layout : {"auto", "dense", "sparse"}
        What was asked for.
    shape, labelled : bool
        What else the records hold.

    Returns
    -------
    {"dense", "sparse"}
        With "auto" the one that makes the smaller file; dense when both are equal.

    Raises
    ------
    RecordIOError
        For any other layout.
    """
    if layout not in LAYOUTS:
        raise RecordIOError(f"There is no layout {layout!r}; choose one of {', '.join(LAYOUTS)}.")
    if layout != "auto":
        return layout
    limit = matrix.shape[0] * _dense_frame(matrix.shape[1], shape=shape, labelled=labelled)
    return "sparse" if _sparse_bytes(matrix, limit, labelled=labelled) < limit else "dense"


def _dense_frame(width: int, *, shape: bool, labelled: bool) -> float:
    try:
        return document_template(width, shape=shape, labelled=labelled).size
    except RecordIOError:  # too wide for one dense record: sparse is the only way
        return float("inf")


def frame_sizes(matrix: Any, layout: str) -> NDArray[np.int64]:
    """Bytes that each document takes in a file without labels.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        The counts.
    layout : {"dense", "sparse"}
        How they will be written, dense ones with their shape.

    Returns
    -------
    int array (D,)
    """
    if layout == "sparse":
        return np.concatenate([np.zeros(0, np.int64), *_sparse_frames(matrix, labelled=False)])
    return np.full(matrix.shape[0], document_template(matrix.shape[1], shape=True, labelled=False).size)


def _sparse_bytes(matrix: Any, limit: float, *, labelled: bool) -> int:
    """Bytes of the sparse file; the count stops once it has passed `limit`."""
    total = 0
    for frames in _sparse_frames(matrix, labelled=labelled):
        total += int(frames.sum())
        if total >= limit:
            break
    return total


def _sparse_frames(matrix: Any, *, labelled: bool) -> Iterator[NDArray[np.int64]]:
    rows = max(1, _BLOCK // max(1, _row_cost(matrix)))
    for start in range(0, matrix.shape[0], rows):
        entries, key_bytes = _entries(matrix, start, min(start + rows, matrix.shape[0]))
        yield sizes(entries, key_bytes, matrix.shape[1], labelled=labelled).frame


def _row_cost(matrix: Any) -> int:
    return int(matrix.nnz) // max(1, matrix.shape[0]) if is_sparse(matrix) else int(matrix.shape[1])


def _entries(matrix: Any, start: int, stop: int) -> tuple[Any, Any]:
    """Non-zeros of each row, and the bytes of their keys."""
    if is_sparse(matrix):
        indptr = matrix.indptr[start : stop + 1].astype(np.int64)
        lengths = varint_lengths(matrix.indices[indptr[0] : indptr[-1]].astype(np.int64))
        ends = np.concatenate(([0], np.cumsum(lengths)))[indptr - indptr[0]]
        return np.diff(indptr), np.diff(ends)
    block = matrix[start:stop]
    entries = np.count_nonzero(block, axis=1)
    key_bytes, longer = entries.copy(), 1 << 7
    while longer < matrix.shape[1]:
        key_bytes += np.count_nonzero(block[:, longer:], axis=1)
        longer <<= 7
    return entries, key_bytes
