"""The input: word counts of documents, checked and converted to one format."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda import parallel
from spectral_lda.kernels import count_checks

FloatArray = NDArray[np.float64]
CountMatrix = sparse.csr_array[Any, tuple[int, int]]
# What callers may pass: a 2-D array (or what numpy makes one of) or any scipy sparse matrix or array.
CountsLike = Any
Number = TypeVar("Number", bound=np.generic)

# Above 2^53 a float64 can't represent every whole number, so a count looks like a rounded fraction.
LARGEST_COUNT = 2.0**53
# The number of values that one task checks.
TASK_VALUES = 2**20
_PROBLEMS = {
    count_checks.NOT_FINITE: "is not finite",
    count_checks.NEGATIVE: "is negative",
    count_checks.TOO_LARGE: "is too large to be a count",
    count_checks.FRACTIONAL: "is not a whole number; weights such as tf-idf are not counts",
}


def as_counts(counts: CountsLike, *, whole: bool = True) -> CountMatrix:
    """Check the counts and return them as a CSR array with sorted, unique column indices.

    Parameters
    ----------
    counts
        (D, V) word counts: a dense array or any scipy sparse matrix or array. The input is not modified, and
        not copied if it is such a CSR array already.
    whole
        Reject fractional counts: the unbiased moments use n(n-1).

    Raises
    ------
    ValueError
        A value is negative, not finite, too large or (with ``whole``) fractional; the message names its row
        and column, counted from 0. Or the input doesn't have two dimensions or a numeric type.
    """
    return checked(counts, whole=whole)[0]


def checked(counts: CountsLike, *, whole: bool, first_row: int = 0) -> tuple[CountMatrix, FloatArray]:
    """Do as `as_counts`, for rows numbered from ``first_row`` in messages; return the sum of each row too."""
    if isinstance(counts, np.ma.MaskedArray):
        raise ValueError(  # noqa: TRY004 -- as for every other count that can't be used
            "counts is a masked array, which has no counts where it is masked: fill it first."
        )
    raw: Any = counts if sparse.issparse(counts) else np.asarray(counts)
    if raw.ndim != 2:  # noqa: PLR2004 -- a matrix has two dimensions
        raise ValueError(
            f"counts must have two dimensions, documents by words; these have the shape {raw.shape}."
        )
    if raw.dtype.kind not in "buif":
        raise ValueError(f"counts must be numbers; these are of type {raw.dtype}.")
    matrix = _as_csr(raw)
    lengths = np.empty(matrix.shape[0])
    problem, at = _check(matrix, lengths, whole=whole)
    if problem == count_checks.UNSORTED:
        matrix = matrix.astype(np.float64)  # the sum of duplicates may not fit their type
        matrix.sum_duplicates()
        problem, at = _check(matrix, lengths, whole=whole)
    if problem != count_checks.VALID:
        raise ValueError(_message(matrix, problem, at, first_row))
    return matrix, lengths


def check_width(columns: int, words: int) -> None:
    """Raise ValueError unless the documents' columns match a vocabulary of ``words``."""
    if columns != words:
        raise ValueError(f"The model's vocabulary has {words} words; these documents have {columns} columns.")


def as_plain(array: NDArray[Any], dtype: type[Number]) -> NDArray[Number]:
    """Return an array as the compiled loops require it: contiguous, writeable, of the given type."""
    if array.dtype == dtype and array.flags.carray:
        return array
    return array.astype(dtype, order="C")


def _as_csr(raw: Any) -> CountMatrix:
    """Return an array or a sparse matrix as CSR; a CSR array is returned unchanged."""
    if not raw.dtype.isnative:
        raw = raw.astype(raw.dtype.newbyteorder("="))
    if isinstance(raw, sparse.csr_array):
        return raw
    if getattr(raw, "format", "csr") != "csr":
        raw = raw.astype(np.float64)  # the conversion sums duplicates
    elif raw.dtype == np.float16:
        raw = raw.astype(np.float32)  # scipy has no sparse float16
    return sparse.csr_array(raw)


def _check(matrix: CountMatrix, lengths: FloatArray, *, whole: bool) -> tuple[int, int]:
    """Check a matrix in runs of rows, so that no second array of its size is allocated."""
    rows = max(1, TASK_VALUES * matrix.shape[0] // max(1, matrix.nnz))

    def check_rows(start: int) -> tuple[int, int]:
        indptr = matrix.indptr[start : start + rows + 1].astype(np.int64)
        entries = slice(int(indptr[0]), int(indptr[-1]))
        indices = as_plain(matrix.indices[entries], matrix.indices.dtype.type)
        data = as_plain(matrix.data[entries], np.float64)
        sums = lengths[start : start + rows]
        problem, at = count_checks.check(
            indptr - indptr[0], indices, data, matrix.shape[1], LARGEST_COUNT, whole, sums
        )
        return problem, at + entries.start

    results = parallel.run(check_rows, range(0, matrix.shape[0], rows))
    return next((pair for pair in results if pair[0] != count_checks.VALID), (count_checks.VALID, 0))


def _message(matrix: CountMatrix, problem: int, at: int, first_row: int) -> str:
    row = int(np.searchsorted(matrix.indptr, at, side="right")) - 1 + first_row
    column = int(matrix.indices[at])
    if problem == count_checks.OUT_OF_RANGE:
        return f"Row {row} has a count in column {column}, but there are {matrix.shape[1]} columns."
    return f"The count {float(matrix.data[at])!r} in row {row}, column {column} {_PROBLEMS[problem]}."
