"""The input: word counts of documents, checked and brought into one form."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
CountMatrix = sparse.csr_array[np.float64, tuple[int, int]]
# What callers may pass: a 2-D array (or what numpy makes one of) or any scipy sparse matrix or array.
CountsLike = Any

# Above 2^53 a float64 no longer holds every whole number, so "is it a count?" has no answer.
LARGEST_COUNT = 2.0**53


def as_counts(counts: CountsLike, *, whole: bool = True) -> CountMatrix:
    """Return the counts as a CSR array of float64 without stored zeros, after checking every one.

    Parameters
    ----------
    counts
        (D, V) word counts: a dense array or any scipy sparse matrix or array. It is not changed.
    whole
        Refuse fractional counts: the unbiased moments use n(n-1), which needs counts.

    Raises
    ------
    ValueError
        A value is negative, not finite, too large or (with ``whole``) fractional; the sentence names its row
        and column, counted from 0. Or the input has not two dimensions, or holds no numbers.
    """
    raw: Any = counts if sparse.issparse(counts) else np.asarray(counts)
    if raw.ndim != 2:  # noqa: PLR2004 -- a matrix has two dimensions
        raise ValueError(
            f"counts must have two dimensions, documents by words; these have the shape {raw.shape}."
        )
    if raw.dtype.kind not in "buif":
        raise ValueError(f"counts must be numbers; these are of type {raw.dtype}.")
    matrix = CountMatrix(raw, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    _check_values(matrix, whole=whole)
    matrix.eliminate_zeros()
    return matrix


def check_width(counts: CountMatrix, words: int) -> None:
    """Raise ValueError unless the documents are counted over the model's vocabulary."""
    if counts.shape[1] != words:
        raise ValueError(
            f"The model knows {words} words, but these documents have {counts.shape[1]} columns."
        )


def times(matrix: CountMatrix | sparse.csc_array[np.float64], dense: FloatArray) -> FloatArray:
    """Return the product of a sparse matrix and a dense array; scipy's own types leave open what it is."""
    return np.asarray(matrix @ dense)


def document_lengths(counts: CountMatrix) -> FloatArray:
    """Return the number of tokens of each document, (D,)."""
    return np.asarray(counts.sum(axis=1), dtype=np.float64).reshape(-1)


def _check_values(matrix: CountMatrix, *, whole: bool) -> None:
    values = matrix.data
    _refuse(matrix, ~np.isfinite(values), "is not finite")
    _refuse(matrix, values < 0, "is negative")
    _refuse(matrix, values > LARGEST_COUNT, "is too large to be a count")
    if whole:
        _refuse(
            matrix, values != np.floor(values), "is not a whole number; weights such as tf-idf are no counts"
        )


def _refuse(matrix: CountMatrix, wrong: NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        row = int(np.searchsorted(matrix.indptr, at, side="right")) - 1
        value = float(matrix.data[at])
        raise ValueError(f"The count {value!r} in row {row}, column {int(matrix.indices[at])} {what}.")
