"""Any two-dimensional counts as blocks of rows, checked and cast to float32."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.errors import RecordIOError

_BLOCK = 1 << 18  # values in a block: 1 MiB of float32
_EXACT = 2**24  # every whole number up to here is a float32
_EXACT_BITS = int(np.float32(_EXACT).view(np.uint32))

Locate = Callable[[int], str]  # describes a flat position of an array for an error message


class SparseRows(NamedTuple):
    """Consecutive rows in compressed form: `indptr` starts at 0; keys ascend within a row."""

    indptr: NDArray[np.int64]
    keys: NDArray[Any]
    values: NDArray[np.float32]


def is_sparse(counts: Any) -> bool:
    """Return whether counts are a scipy sparse matrix or array."""
    return bool(sparse.issparse(counts))


def stored_values(matrix: Any) -> Any:
    """Return the values that an array or csr array stores."""
    return matrix.data if is_sparse(matrix) else matrix


def as_matrix(counts: Any) -> Any:
    """Convert counts to a 2-D numpy array, or to csr, whose rows may still be unsorted.

    An array, also a memory-mapped one, and a csr matrix are returned without a copy. Other dimensions, and a
    sparse matrix that contradicts itself, are a RecordIOError.
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


def _as_csr(counts: Any) -> Any:
    if counts.format in {"csr", "csc", "bsr"}:
        try:
            counts.check_format(full_check=counts.format != "csr")  # csr is checked block by block
        except ValueError as error:
            raise RecordIOError(f"The sparse matrix contradicts itself: {error}.") from error
    if counts.format == "csr":
        return counts
    if counts.format == "coo":
        _check_keys(counts.col, counts.shape[1], lambda entry: int(counts.row[entry]))
    entries = counts.tocoo()
    return sparse.csr_array((_summable(entries.data), (entries.row, entries.col)), shape=counts.shape)


def _check_keys(keys: NDArray[Any], width: int, row_of: Callable[[int], int]) -> None:
    if keys.size and (keys.min() < 0 or keys.max() >= width):
        entry = int(((keys < 0) | (keys >= width)).argmax())
        raise RecordIOError(
            f"Row {row_of(entry)} holds word {keys[entry]}, outside a vocabulary of {width} words."
        )


def as_canonical(counts: Any) -> Any:
    """Convert counts to a 2-D numpy array, or to a csr array with sorted, unique keys and no stored zeros.

    Other dimensions, and a key outside the vocabulary, are a RecordIOError.
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
    return _sum_duplicates(csr.data, csr.indices, csr.indptr, matrix.shape)


def _sum_duplicates(values: Any, keys: Any, indptr: Any, shape: tuple[int, int]) -> Any:
    csr = sparse.csr_array((_summable(values), keys.copy(), indptr.copy()), shape=shape)
    csr.sum_duplicates()
    csr.eliminate_zeros()
    return csr


def _summable(values: NDArray[Any]) -> NDArray[Any]:
    """Copy into native 64 bits, in which duplicates add up: small integers wrap around, booleans saturate."""
    return values.astype(
        {"b": np.int64, "i": np.int64, "u": np.uint64, "f": np.float64}.get(values.dtype.kind)
    )


def raw_blocks(matrix: Any) -> Iterator[tuple[NDArray[Any], Locate]]:
    """Yield the stored values of a matrix as they are, a block of rows at a time."""
    ranges = _row_ranges(matrix.indptr) if is_sparse(matrix) else _even_ranges(matrix)
    for start, stop in ranges:
        if is_sparse(matrix):
            first, last = int(matrix.indptr[start]), int(matrix.indptr[stop])
            locate = _locate_entry(matrix.indptr[start : stop + 1] - first, matrix.indices[first:], start)
            yield matrix.data[first:last], locate
        else:
            yield matrix[start:stop], _locate_element(matrix.shape[1], start)


def dense_blocks(matrix: Any, first_row: int = 0) -> Iterator[NDArray[np.float32]]:
    """Yield the rows that `as_matrix` returned as C-contiguous float32, about 1 MiB at a time.

    `first_row` is the number of the first row in errors, which are RecordIOError.
    """
    for start, stop in _even_ranges(matrix):
        if is_sparse(matrix):
            yield _to_dense(_sparse_rows(matrix, start, stop, first_row), (stop - start, matrix.shape[1]))
        else:
            yield to_float32(matrix[start:stop], _locate_element(matrix.shape[1], first_row + start))


def sparse_blocks(matrix: Any, first_row: int = 0) -> Iterator[SparseRows]:
    """Yield rows as `dense_blocks` does, but in compressed form, some 100,000 entries at a time."""
    if is_sparse(matrix):
        for start, stop in _row_ranges(matrix.indptr):
            yield _sparse_rows(matrix, start, stop, first_row)
        return
    for block in dense_blocks(matrix, first_row):
        nonzero = block != 0
        indptr = np.zeros(block.shape[0] + 1, np.int64)
        np.cumsum(np.count_nonzero(nonzero, axis=1), out=indptr[1:])
        yield SparseRows(indptr, np.nonzero(nonzero)[1], block[nonzero])


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


def _sparse_rows(matrix: Any, start: int, stop: int, first_row: int) -> SparseRows:
    indptr, keys, ascending = _row_keys(matrix, start, stop, first_row)
    data = matrix.data[int(matrix.indptr[start]) :][: len(keys)]
    if not ascending or not (data != 0).all():
        block = _sum_duplicates(data, keys, indptr, (stop - start, matrix.shape[1]))
        indptr, keys, data = block.indptr.astype(np.int64), block.indices, block.data
    return SparseRows(indptr, keys, to_float32(data, _locate_entry(indptr, keys, first_row + start)))


def _row_keys(
    matrix: Any, start: int, stop: int, first_row: int
) -> tuple[NDArray[np.int64], NDArray[Any], bool]:
    """Return some rows' indptr and checked keys, and whether the keys ascend in each row."""
    indptr = matrix.indptr[start : stop + 1].astype(np.int64)
    if (indptr[1:] < indptr[:-1]).any():
        row = first_row + start + int((indptr[1:] < indptr[:-1]).argmax())
        raise RecordIOError(f"The sparse matrix contradicts itself: row {row} ends before it begins.")
    keys = matrix.indices[indptr[0] : indptr[-1]]
    indptr -= indptr[0]
    _check_keys(keys, matrix.shape[1], lambda entry: first_row + start + _row_of(entry, indptr))
    ascends = np.empty(keys.size + 1, np.bool_)
    np.greater(keys[1:], keys[:-1], out=ascends[1:-1])
    ascends[indptr] = True
    return indptr, keys, bool(ascends.all())


def _to_dense(rows: SparseRows, shape: tuple[int, int]) -> NDArray[np.float32]:
    out = np.zeros(shape, np.float32)
    out[np.repeat(np.arange(shape[0]), np.diff(rows.indptr)), rows.keys] = rows.values
    return out


def to_float32(values: NDArray[Any], locate: Locate) -> NDArray[np.float32]:
    """Check counts as `check_values` does and cast them to float32."""
    check_values(values, locate)
    return np.ascontiguousarray(values, np.float32)


def check_values(values: NDArray[Any], locate: Locate) -> None:
    """Refuse NaN, infinity, a negative value, or one above 2^24 that float32 would change."""
    if values.dtype.kind not in "biuf":
        raise RecordIOError(f"{values.dtype} values can't be counts; numbers are needed.")
    if not _obviously_valid(values):
        _raise_first_invalid(values.ravel(), locate)


def _obviously_valid(values: NDArray[Any]) -> bool:
    if values.size == 0 or values.dtype.kind == "b":
        return True
    if values.dtype == np.float32 and values.flags.c_contiguous:
        # Without a sign, float32's bits order like the numbers, and NaN and infinity are above all others.
        return int(values.view(np.uint32).max()) <= _EXACT_BITS
    return bool(values.min() >= 0 and float(values.max()) <= _EXACT)


def _raise_first_invalid(values: NDArray[Any], locate: Locate) -> None:
    for invalid, reason in (
        (np.isnan(values), "NaN is not a count"),
        (np.isinf(values), "an infinite value is not a count"),
        (values < 0, "a count can't be negative"),
        (_changed_by_float32(values), f"above {_EXACT} not every number fits the format's float32"),
    ):
        if invalid.any():
            position = int(invalid.argmax())
            raise RecordIOError(f"{values[position]} at {locate(position)}: {reason}.")


def _changed_by_float32(values: NDArray[Any]) -> Any:
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return (values.astype(np.float64) > _EXACT) & (values.astype(np.float32) != values)
    whole = values.astype(np.uint64)
    lowest_bit = whole & (~whole + np.uint64(1))
    odd_part = whole // np.maximum(lowest_bit, np.uint64(1))
    return odd_part > _EXACT


def _row_of(entry: int, indptr: NDArray[Any]) -> int:
    return int(np.searchsorted(indptr, entry, side="right")) - 1


def _locate_element(width: int, first_row: int) -> Locate:
    return lambda position: _row_and_column(first_row + position // width, position % width)


def _locate_entry(indptr: NDArray[Any], keys: NDArray[Any], first_row: int) -> Locate:
    return lambda entry: _row_and_column(first_row + _row_of(entry, indptr), int(keys[entry]))


def _row_and_column(row: int, column: int) -> str:
    return f"row {row}, column {column} (counted from 0)"
