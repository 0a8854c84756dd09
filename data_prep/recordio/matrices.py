"""Any two-dimensional counts, as blocks of rows."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.values import to_float32

_BLOCK = 1 << 18  # values in a block: 1 MiB of float32


class SparseRows(NamedTuple):
    """Consecutive rows in compressed form: `indptr` starts at 0; keys ascend within a row."""

    indptr: NDArray[np.int64]
    keys: NDArray[np.int64]
    values: NDArray[np.float32]


def is_sparse(counts: Any) -> bool:
    """Whether counts are a scipy sparse matrix or array."""
    return bool(sparse.issparse(counts))


def as_matrix(counts: Any) -> Any:
    """Bring counts to a 2-D numpy array, or to a csr array with sorted, unique keys and no stored zeros.

    Raises
    ------
    RecordIOError
        If the counts don't have two dimensions, or a key lies outside the vocabulary.
    """
    if isinstance(counts, np.ma.MaskedArray):
        raise RecordIOError("A masked array has no counts where it is masked; fill it first.")
    if not is_sparse(counts):
        counts = np.asarray(counts)
    if counts.ndim != 2:  # noqa: PLR2004 -- documents and words
        raise RecordIOError(
            f"Counts have two dimensions, documents and words; these have the shape {counts.shape}."
        )
    return _canonical_csr(counts) if is_sparse(counts) else counts


def _canonical_csr(counts: Any) -> Any:
    _check_keys(counts)
    if counts.format == "csr":
        native = counts.data.astype(counts.data.dtype.newbyteorder("="), copy=False)
        csr = sparse.csr_array((native, counts.indices, counts.indptr), shape=counts.shape)
    else:
        entries = counts.tocoo()
        places = (entries.row, entries.col)
        csr = sparse.csr_array((_summable(entries.data), places), shape=counts.shape)
    if not csr.has_canonical_format or not csr.data.all():
        own = (_summable(csr.data), csr.indices.copy(), csr.indptr.copy())
        csr = sparse.csr_array(own, shape=counts.shape)
        csr.sum_duplicates()
        csr.eliminate_zeros()
    return csr


def _summable(values: NDArray[Any]) -> NDArray[Any]:
    """Copy into native 64 bits, in which duplicates add up: small integers wrap around, booleans saturate."""
    return values.astype(
        {"b": np.int64, "i": np.int64, "u": np.uint64, "f": np.float64}.get(values.dtype.kind)
    )


def _check_keys(counts: Any) -> None:
    if counts.format == "csr":
        outside = (counts.indices < 0) | (counts.indices >= counts.shape[1])
        if outside.any():
            entry = int(outside.argmax())
            row = int(np.searchsorted(counts.indptr, entry, side="right")) - 1
            _refuse_key(row, int(counts.indices[entry]), counts.shape[1])
    if counts.format == "coo":
        outside = (counts.col < 0) | (counts.col >= counts.shape[1])
        if outside.any():
            entry = int(outside.argmax())
            _refuse_key(int(counts.row[entry]), int(counts.col[entry]), counts.shape[1])
    if counts.format in {"csr", "csc", "bsr"}:
        try:
            counts.check_format(full_check=True)
        except ValueError as error:
            raise RecordIOError(f"The sparse matrix contradicts itself: {error}.") from error


def _refuse_key(row: int, key: int, width: int) -> None:
    raise RecordIOError(f"Row {row} holds word {key}, outside a vocabulary of {width} words.")


def raw_blocks(matrix: Any) -> Iterator[tuple[NDArray[Any], Callable[[int], str]]]:
    """Give the stored values as they are, some at a time.

    Yields
    ------
    values, where : array, function
        `where` names the row and column of a flat position in `values`.
    """
    ranges = _row_ranges(matrix.indptr) if is_sparse(matrix) else _even_ranges(matrix)
    for start, stop in ranges:
        yield _raw(matrix, start, stop)


def dense_blocks(matrix: Any) -> Iterator[NDArray[np.float32]]:
    """Rows as float32, C-contiguous, about 1 MiB at a time.

    Raises
    ------
    RecordIOError
        Names the row and column of what can't be a count.
    """
    for start, stop in _even_ranges(matrix):
        if is_sparse(matrix):
            yield _dense(_sparse_rows(matrix, start, stop), (stop - start, matrix.shape[1]))
        else:
            yield to_float32(*_raw(matrix, start, stop))


def sparse_blocks(matrix: Any) -> Iterator[SparseRows]:
    """Rows in compressed form, some 100,000 entries at a time.

    Raises
    ------
    RecordIOError
        Names the row and column of what can't be a count.
    """
    if is_sparse(matrix):
        for start, stop in _row_ranges(matrix.indptr):
            yield _sparse_rows(matrix, start, stop)
        return
    for block in dense_blocks(matrix):
        indptr = np.zeros(block.shape[0] + 1, np.int64)
        np.cumsum(np.count_nonzero(block, axis=1), out=indptr[1:])
        yield SparseRows(indptr, np.nonzero(block)[1], block[block != 0])


def _even_ranges(matrix: Any) -> Iterator[tuple[int, int]]:
    rows = max(1, _BLOCK // max(1, matrix.shape[1]))
    for start in range(0, matrix.shape[0], rows):
        yield start, min(start + rows, matrix.shape[0])


def _row_ranges(indptr: NDArray[Any]) -> Iterator[tuple[int, int]]:
    start, rows = 0, len(indptr) - 1
    while start < rows:
        full = int(np.searchsorted(indptr, int(indptr[start]) + _BLOCK // 2))
        stop = min(max(full, start + 1), start + _BLOCK // 8, rows)
        yield start, stop
        start = stop


def _raw(matrix: Any, start: int, stop: int) -> tuple[NDArray[Any], Callable[[int], str]]:
    if not is_sparse(matrix):
        return matrix[start:stop], lambda flat: _place(
            start + flat // matrix.shape[1], flat % matrix.shape[1]
        )
    first, last = int(matrix.indptr[start]), int(matrix.indptr[stop])

    def where(entry: int) -> str:
        row = int(np.searchsorted(matrix.indptr, first + entry, side="right")) - 1
        return _place(row, int(matrix.indices[first + entry]))

    return matrix.data[first:last], where


def _sparse_rows(matrix: Any, start: int, stop: int) -> SparseRows:
    indptr = matrix.indptr[start : stop + 1].astype(np.int64)
    keys = matrix.indices[indptr[0] : indptr[-1]].astype(np.int64)
    return SparseRows(indptr - indptr[0], keys, to_float32(*_raw(matrix, start, stop)))


def _dense(rows: SparseRows, shape: tuple[int, int]) -> NDArray[np.float32]:
    out = np.zeros(shape, np.float32)
    out[np.repeat(np.arange(shape[0]), np.diff(rows.indptr)), rows.keys] = rows.values
    return out


def _place(row: int, column: int) -> str:
    return f"row {row}, column {column} (counted from 0)"
