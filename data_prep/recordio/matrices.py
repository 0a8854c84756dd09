"""Any two-dimensional counts, as blocks of rows."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.values import to_float32

_BLOCK = 1 << 18  # values in a block: 1 MiB of float32


class SparseRows(NamedTuple):
    """Consecutive rows in compressed form: `indptr` starts at 0; keys ascend within a row."""

    indptr: NDArray[np.int64]
    keys: NDArray[Any]
    values: NDArray[np.float32]


def is_sparse(counts: Any) -> bool:
    """Whether counts are a scipy sparse matrix or array."""
    return bool(sparse.issparse(counts))


def as_matrix(counts: Any) -> Any:
    """Bring counts to a 2-D numpy array, or to csr, whose rows may still be unsorted.

    An array, also a memory-mapped one, and a csr matrix are taken as they are, without a copy.

    Raises
    ------
    RecordIOError
        If the counts don't have two dimensions, or a sparse matrix contradicts itself.
    """
    if isinstance(counts, np.ma.MaskedArray):
        raise RecordIOError("A masked array has no counts where it is masked; fill it first.")
    if not is_sparse(counts):
        counts = np.asarray(counts)
    if counts.ndim != 2:  # noqa: PLR2004 -- documents and words
        raise RecordIOError(
            f"Counts have two dimensions, documents and words; these have the shape {counts.shape}."
        )
    return _as_csr(counts) if is_sparse(counts) else counts


def canonical(counts: Any) -> Any:
    """Bring counts to a 2-D numpy array, or to a csr array with sorted, unique keys and no stored zeros.

    Raises
    ------
    RecordIOError
        If the counts don't have two dimensions, or a key lies outside the vocabulary.
    """
    matrix = as_matrix(counts)
    if not is_sparse(matrix):
        return matrix
    for start, stop in _row_ranges(matrix.indptr):
        _row_keys(matrix, start, stop, 0)
    native = matrix.data.astype(matrix.data.dtype.newbyteorder("="), copy=False)
    csr = sparse.csr_array((native, matrix.indices, matrix.indptr), shape=matrix.shape)
    if csr.has_canonical_format and csr.data.all():
        return csr
    return _summed(csr.data, csr.indices, csr.indptr, matrix.shape)


def _as_csr(counts: Any) -> Any:
    if counts.format in {"csr", "csc", "bsr"}:
        try:
            counts.check_format(full_check=counts.format != "csr")  # csr is checked block by block
        except ValueError as error:
            raise RecordIOError(f"The sparse matrix contradicts itself: {error}.") from error
    if counts.format == "csr":
        return counts
    if counts.format == "coo":
        _check_entries(counts)
    entries = counts.tocoo()
    return sparse.csr_array((_summable(entries.data), (entries.row, entries.col)), shape=counts.shape)


def _check_entries(counts: Any) -> None:
    outside = (counts.col < 0) | (counts.col >= counts.shape[1])
    if outside.any():
        entry = int(outside.argmax())
        _refuse_key(int(counts.row[entry]), int(counts.col[entry]), counts.shape[1])


def _summed(values: Any, keys: Any, indptr: Any, shape: tuple[int, int]) -> Any:
    csr = sparse.csr_array((_summable(values), keys.copy(), indptr.copy()), shape=shape)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    return csr


def _summable(values: NDArray[Any]) -> NDArray[Any]:
    """Copy into native 64 bits, in which duplicates add up: small integers wrap around, booleans saturate."""
    return values.astype(
        {"b": np.int64, "i": np.int64, "u": np.uint64, "f": np.float64}.get(values.dtype.kind)
    )


def _refuse_key(row: int, key: int, width: int) -> NoReturn:
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


def row_blocks(matrix: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Give the rows of an array as they are, some at a time."""
    for start, stop in _even_ranges(matrix):
        yield matrix[start:stop]


def dense_blocks(matrix: Any, first_row: int = 0) -> Iterator[NDArray[np.float32]]:
    """Rows as float32, C-contiguous, about 1 MiB at a time.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        What `as_matrix` returned.
    first_row : int
        The number of its first row, for an error message.

    Raises
    ------
    RecordIOError
        Names the row and column of what can't be a count.
    """
    for start, stop in _even_ranges(matrix):
        if is_sparse(matrix):
            yield _dense(_sparse_rows(matrix, start, stop, first_row), (stop - start, matrix.shape[1]))
        else:
            yield to_float32(*_raw(matrix, start, stop, first_row))


def sparse_blocks(matrix: Any, first_row: int = 0) -> Iterator[SparseRows]:
    """Rows in compressed form, some 100,000 entries at a time.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        What `as_matrix` returned.
    first_row : int
        The number of its first row, for an error message.

    Raises
    ------
    RecordIOError
        Names the row and column of what can't be a count, or the row of a key outside the vocabulary.
    """
    if is_sparse(matrix):
        for start, stop in _row_ranges(matrix.indptr):
            yield _sparse_rows(matrix, start, stop, first_row)
        return
    for block in dense_blocks(matrix, first_row):
        filled = block != 0
        indptr = np.zeros(block.shape[0] + 1, np.int64)
        np.cumsum(np.count_nonzero(filled, axis=1), out=indptr[1:])
        yield SparseRows(indptr, np.nonzero(filled)[1], block[filled])


def _even_ranges(matrix: Any) -> Iterator[tuple[int, int]]:
    rows = min(max(1, _BLOCK // max(1, matrix.shape[1])), _BLOCK // 8)
    for start in range(0, matrix.shape[0], rows):
        yield start, min(start + rows, matrix.shape[0])


def _row_ranges(indptr: NDArray[Any]) -> Iterator[tuple[int, int]]:
    start, rows = 0, len(indptr) - 1
    while start < rows:
        full = int(np.searchsorted(indptr, int(indptr[start]) + _BLOCK // 2))
        stop = min(max(full, start + 1), start + _BLOCK // 8, rows)
        yield start, stop
        start = stop


def _raw(matrix: Any, start: int, stop: int, first_row: int = 0) -> tuple[NDArray[Any], Callable[[int], str]]:
    if not is_sparse(matrix):
        return matrix[start:stop], lambda flat: _place(
            first_row + start + flat // matrix.shape[1], flat % matrix.shape[1]
        )
    first, last = int(matrix.indptr[start]), int(matrix.indptr[stop])
    where = _entry_places(matrix.indptr[start : stop + 1] - first, matrix.indices[first:], first_row + start)
    return matrix.data[first:last], where


def _entry_places(indptr: NDArray[Any], keys: NDArray[Any], first_row: int) -> Callable[[int], str]:
    def where(entry: int) -> str:
        row = int(np.searchsorted(indptr, entry, side="right")) - 1
        return _place(first_row + row, int(keys[entry]))

    return where


def _sparse_rows(matrix: Any, start: int, stop: int, first_row: int) -> SparseRows:
    indptr, keys, ascending = _row_keys(matrix, start, stop, first_row)
    data = matrix.data[int(matrix.indptr[start]) :][: len(keys)]
    if not ascending or not (data != 0).all():
        block = _summed(data, keys, indptr, (stop - start, matrix.shape[1]))
        indptr, keys, data = block.indptr.astype(np.int64), block.indices, block.data
    return SparseRows(indptr, keys, to_float32(data, _entry_places(indptr, keys, first_row + start)))


def _row_keys(
    matrix: Any, start: int, stop: int, first_row: int
) -> tuple[NDArray[np.int64], NDArray[Any], bool]:
    """Take some rows' keys, checked to lie inside the vocabulary; say whether they ascend in each row."""
    indptr = matrix.indptr[start : stop + 1].astype(np.int64)
    if (indptr[1:] < indptr[:-1]).any():
        row = first_row + start + int((indptr[1:] < indptr[:-1]).argmax())
        raise RecordIOError(f"The sparse matrix contradicts itself: row {row} ends before it begins.")
    keys = matrix.indices[indptr[0] : indptr[-1]]
    indptr -= indptr[0]
    if keys.size and (keys.min() < 0 or keys.max() >= matrix.shape[1]):
        entry = int(((keys < 0) | (keys >= matrix.shape[1])).argmax())
        row = first_row + start + int(np.searchsorted(indptr, entry, side="right")) - 1
        _refuse_key(row, int(keys[entry]), matrix.shape[1])
    ascends = np.empty(keys.size + 1, np.bool_)
    np.greater(keys[1:], keys[:-1], out=ascends[1:-1])
    ascends[indptr] = True
    return indptr, keys, bool(ascends.all())


def _dense(rows: SparseRows, shape: tuple[int, int]) -> NDArray[np.float32]:
    out = np.zeros(shape, np.float32)
    out[np.repeat(np.arange(shape[0]), np.diff(rows.indptr)), rows.keys] = rows.values
    return out


def _place(row: int, column: int) -> str:
    return f"row {row}, column {column} (counted from 0)"
