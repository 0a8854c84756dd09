"""Products of tall matrices, a row a word, on all cores; the runs of rows depend on the vocabulary alone."""

from functools import reduce

import numpy as np

from spectral_lda import parallel
from spectral_lda.counts import FloatArray

# Shorter runs cost more to hand out than they save.
MOST_RUNS, FEWEST_ROWS = 8, 1024


def runs(words: int) -> list[slice]:
    """Cut the words into consecutive runs of equal length."""
    length = max(1, -(-words // min(MOST_RUNS, max(1, words // FEWEST_ROWS))))
    return [slice(start, start + length) for start in range(0, words, length)]


def inner(left: FloatArray, right: FloatArray) -> FloatArray:
    """Return left' right, (m, n), of matrices (V, m) and (V, n)."""
    parts = parallel.run(lambda rows: np.asarray(left[rows].T @ right[rows]), runs(len(left)))
    return reduce(np.add, parts)


def times(tall: FloatArray, small: FloatArray) -> FloatArray:
    """Return a matrix (V, m) times one of (m, n)."""
    product = np.empty((len(tall), small.shape[1]))

    def fill(rows: slice) -> None:
        np.matmul(tall[rows], small, out=product[rows])

    for _ in parallel.run(fill, runs(len(tall))):
        pass
    return product
