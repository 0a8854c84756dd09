"""The input: word counts of documents, checked and brought into one form."""

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

# Above 2^53 a float64 no longer holds every whole number, so "is it a count?" has no answer.
LARGEST_COUNT = 2.0**53
# Numbers that are checked at once.
CHECKED_NUMBERS = 2**20
_PROBLEMS = {
    count_checks.NOT_FINITE: "is not finite",
    count_checks.NEGATIVE: "is negative",
    count_checks.TOO_LARGE: "is too large to be a count",
    count_checks.FRACTIONAL: "is not a whole number; weights such as tf-idf are no counts",
}


def as_counts(counts: CountsLike, *, whole: bool = True) -> CountMatrix:
    """Return the counts as a CSR array whose rows hold each word once, in order, after checking every one.

    Parameters
    ----------
    counts
        (D, V) word counts: a dense array or any scipy sparse matrix or array. It is not changed, and not
        copied if it has that form already.
    whole
        Refuse fractional counts: the unbiased moments use n(n-1), which needs counts.

    Raises
    ------
    ValueError
        A value is negative, not finite, too large or (with ``whole``) fractional; the sentence names its row
        and column, counted from 0. Or the input has not two dimensions, or holds no numbers.
    """
    return checked(counts, whole=whole)[0]


def checked(counts: CountsLike, *, whole: bool, before: int = 0) -> tuple[CountMatrix, FloatArray]:
    """Do what `as_counts` does for rows that follow ``before`` others; return the rows' sums too."""
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
        matrix = matrix.astype(np.float64)  # entries that stand twice may have no sum in their own type
        matrix.sum_duplicates()
        problem, at = _check(matrix, lengths, whole=whole)
    if problem != count_checks.SOUND:
        raise ValueError(_sentence(matrix, problem, at, before))
    return matrix, lengths


def check_width(columns: int, words: int) -> None:
    """Raise ValueError unless documents of so many columns are counted over a vocabulary of ``words``."""
    if columns != words:
        raise ValueError(f"The model knows {words} words, but these documents have {columns} columns.")


def as_plain(array: NDArray[Any], dtype: type[Number]) -> NDArray[Number]:
    """Return an array as the compiled loops take it: contiguous, writeable, of one type."""
    if array.dtype == dtype and array.flags.carray:
        return array
    return array.astype(dtype, order="C")


def _as_csr(raw: Any) -> CountMatrix:
    """Return an array or a sparse matrix as CSR, itself if it is that already."""
    if not raw.dtype.isnative:
        raw = raw.astype(raw.dtype.newbyteorder("="))
    if isinstance(raw, sparse.csr_array):
        return raw
    if getattr(raw, "format", "csr") != "csr":
        raw = raw.astype(np.float64)  # the conversion sums entries that stand twice
    elif raw.dtype == np.float16:
        raw = raw.astype(np.float32)  # scipy has no sparse matrices of these
    return sparse.csr_array(raw)


def _check(matrix: CountMatrix, lengths: FloatArray, *, whole: bool) -> tuple[int, int]:
    """Check a matrix a run of rows at a time, so that no second array of its size is made."""
    rows = max(1, CHECKED_NUMBERS * matrix.shape[0] // max(1, matrix.nnz))

    def run(start: int) -> tuple[int, int]:
        indptr = matrix.indptr[start : start + rows + 1].astype(np.int64)
        inside = slice(int(indptr[0]), int(indptr[-1]))
        indices = as_plain(matrix.indices[inside], matrix.indices.dtype.type)
        data = as_plain(matrix.data[inside], np.float64)
        sums = lengths[start : start + rows]
        problem, at = count_checks.check(
            indptr - indptr[0], indices, data, matrix.shape[1], LARGEST_COUNT, whole, sums
        )
        return problem, at + inside.start

    found = parallel.run(run, range(0, matrix.shape[0], rows))
    return next((pair for pair in found if pair[0] != count_checks.SOUND), (count_checks.SOUND, 0))


def _sentence(matrix: CountMatrix, problem: int, at: int, before: int) -> str:
    row = int(np.searchsorted(matrix.indptr, at, side="right")) - 1 + before
    column = int(matrix.indices[at])
    if problem == count_checks.OUTSIDE:
        return f"Row {row} has a count in column {column}, but there are {matrix.shape[1]} columns."
    return f"The count {float(matrix.data[at])!r} in row {row}, column {column} {_PROBLEMS[problem]}."
