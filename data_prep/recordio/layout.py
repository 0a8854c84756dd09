"""Dense or sparse: whichever is smaller, known exactly before a byte is written."""

from typing import Any

import numpy as np

from data_prep.recordio.dense import document_template
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.matrices import is_sparse, row_blocks, sparse_blocks
from data_prep.recordio.sparse import sizes
from data_prep.recordio.wire import varint, varint_ends

LAYOUTS = ("auto", "dense", "sparse")
_SMALLEST_ENTRY = 5  # bytes of a value and its key


def choose(matrix: Any, layout: str, *, shape: bool, labelled: bool) -> str:
    """Decide between the layouts.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        The counts, as `as_matrix` returns them.
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
    smallest, largest = _bounds(matrix, limit, labelled=labelled)
    if smallest < limit <= largest:
        smallest = _sparse_bytes(matrix, limit, labelled=labelled)
    return "sparse" if smallest < limit else "dense"


def _dense_frame(width: int, *, shape: bool, labelled: bool) -> float:
    try:
        return document_template(width, shape=shape, labelled=labelled).size
    except RecordIOError:  # too wide for one dense record: sparse is the only way
        return float("inf")


def _bounds(matrix: Any, limit: float, *, labelled: bool) -> tuple[int, int]:
    """Between which sizes the sparse file lies; counting stops once it is sure to pass `limit`."""
    width = matrix.shape[1]
    entries = matrix.nnz if is_sparse(matrix) else 0
    if not is_sparse(matrix):
        for block in row_blocks(matrix):
            entries += int(np.count_nonzero(block != 0))
            if entries * _SMALLEST_ENTRY >= limit:
                break
    head = int(sizes(np.zeros(1, np.int64), np.zeros(1, np.int64), width, labelled=labelled).frame[0]) - 3
    # Duplicates and zeros won't be written: of a sparse matrix only the largest number of entries is known.
    smallest = 0 if is_sparse(matrix) else entries * _SMALLEST_ENTRY + matrix.shape[0] * head
    key = len(varint(max(0, width - 1)))
    frame = sizes(np.array([width]), np.array([key * width]), width, labelled=labelled).frame
    overhead = int(frame[0]) - (4 + key) * width + 3  # of the largest record, and with all padding
    return smallest, entries * (4 + key) + matrix.shape[0] * overhead


def _sparse_bytes(matrix: Any, limit: float, *, labelled: bool) -> int:
    """Bytes of the sparse file; the count stops once it has passed `limit`."""
    total = 0
    for rows in sparse_blocks(matrix):
        key_bytes = np.diff(varint_ends(rows.keys, rows.indptr))
        total += int(sizes(np.diff(rows.indptr), key_bytes, matrix.shape[1], labelled=labelled).frame.sum())
        if total >= limit:
            break
    return total
