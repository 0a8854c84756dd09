"""The rules of a training corpus: whole, finite, non-negative counts."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from data_prep.recordio.counts import as_canonical, check_values, is_sparse, raw_blocks, stored_values
from data_prep.recordio.errors import EmptyDocumentWarning
from data_prep.recordio.reader import CorpusStatistics

LARGEST_COUNT = 2**53  # every whole number up to here is a float64
RULE = f"counts are whole numbers from 0 to {LARGEST_COUNT}"


def check_counts(counts: Any) -> Any:
    """Check that a matrix holds counts of words in documents.

    Parameters
    ----------
    counts : array or sparse matrix or array (D, V)
        Any 2-D numpy array of numbers, or any scipy sparse matrix or array.

    Returns
    -------
    array or csr array (D, V)
        The same counts; a sparse one with duplicate entries summed and zeros dropped.

    Raises
    ------
    ValueError
        If there are no documents or no words at all, or naming the row and column (from 0) of a count that is
        NaN, infinite, negative, fractional, or beyond 2^24 and no float32.
    """
    matrix = as_canonical(counts)
    if 0 in matrix.shape:
        documents, words = matrix.shape
        raise ValueError(f"The corpus is empty: {documents} documents over {words} words.")
    for values, locate in raw_blocks(matrix):
        check_values(values, locate)
        fractional = (values != np.floor(values)).ravel()
        if fractional.any():
            position = int(fractional.argmax())
            raise ValueError(
                f"{values.ravel()[position]} at {locate(position)}: a count of words can't be fractional."
            )
    if not stored_values(matrix).any():
        raise ValueError("The corpus is empty: no document holds a word.")
    return matrix


class InvalidCount(NamedTuple):
    """A value that breaks the rule, and its position."""

    row: int
    column: int
    value: float


def first_invalid_count(matrix: Any) -> InvalidCount | None:
    """Return the first value of an array or csr array that isn't a whole number from 0 to 2^53, if any."""
    values = stored_values(matrix)
    valid = (values >= 0) & (values <= LARGEST_COUNT) & (values == np.floor(values))
    if valid.all():
        return None
    position = int(np.argmin(valid.ravel()))
    if is_sparse(matrix):
        row = int(np.searchsorted(matrix.indptr, position, side="right")) - 1
        column = int(matrix.indices[position])
    else:
        row, column = divmod(position, matrix.shape[1])
    return InvalidCount(row, column, float(values.ravel()[position]))


def statistics_of(split: str, counts: Any) -> CorpusStatistics:
    """Return the statistics of a split's checked counts; refuse a split without a word."""
    statistics = CorpusStatistics()
    statistics.add(counts)
    if not statistics.nonzeros:
        raise ValueError(f"{split}: The corpus is empty: no document holds a word.")
    return statistics


def warn_about_empty(split: str, statistics: CorpusStatistics, stacklevel: int) -> None:
    """Warn if a split holds documents without a word."""
    if statistics.empty_documents:
        warnings.warn(
            f"{split}: {statistics.empty_documents} of {statistics.documents} documents are empty:"
            " LDA learns nothing from them.",
            EmptyDocumentWarning,
            stacklevel=stacklevel + 1,
        )
