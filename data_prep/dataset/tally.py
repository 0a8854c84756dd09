"""Documents that pass by: whether they are counts, and how many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

LARGEST_COUNT = 2**53  # every whole number up to here is a float64
RULE = f"counts are whole numbers from 0 to {LARGEST_COUNT}"


@dataclass
class Tally:
    """How many documents, words and tokens there are."""

    documents: int = 0
    feature_dim: int = 0
    tokens: int = 0
    nonzeros: int = 0
    empty_documents: int = 0

    def add(self, matrix: Any) -> None:
        """Add documents: an array or csr array (n, V) of counts."""
        lengths = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
        self.documents += matrix.shape[0]
        self.feature_dim = matrix.shape[1]
        self.tokens += int(lengths.sum())
        self.nonzeros += int(np.count_nonzero(_stored(matrix)))
        self.empty_documents += int(np.count_nonzero(lengths == 0))


def total(tallies: Iterable[Tally]) -> Tally:
    """Sum tallies of documents over the same words."""
    summed = Tally()
    for tally in tallies:
        summed.documents += tally.documents
        summed.feature_dim = tally.feature_dim
        summed.tokens += tally.tokens
        summed.nonzeros += tally.nonzeros
        summed.empty_documents += tally.empty_documents
    return summed


class BadCount(NamedTuple):
    """A value that is no count, and where it stands."""

    row: int
    column: int
    value: float


def bad_count(matrix: Any) -> BadCount | None:
    """Return the first value of an array or csr array that isn't a count, if there is one."""
    values = _stored(matrix)
    good = (values >= 0) & (values <= LARGEST_COUNT) & (values == np.floor(values))
    if good.all():
        return None
    position = int(np.argmin(good.ravel()))
    if not hasattr(matrix, "indptr"):
        row, column = divmod(position, matrix.shape[1])
    else:
        row = int(np.searchsorted(matrix.indptr, position, side="right")) - 1
        column = int(matrix.indices[position])
    return BadCount(row, column, float(values.ravel()[position]))


def _stored(matrix: Any) -> Any:
    return matrix.data if hasattr(matrix, "indptr") else matrix
