"""Products of tall dense matrices, one row per word, on all cores.

The division into runs of rows depends on the size of the vocabulary alone, and so do the bits of the result.
"""

from functools import reduce

import numpy as np

from spectral_lda import parallel
from spectral_lda.counts import FloatArray

# Shorter runs cost more to distribute than they save.
MAX_RUNS, MIN_ROWS = 8, 1024


def runs(words: int) -> list[slice]:
    """Divide the words into consecutive runs of equal length."""
    length = max(1, -(-words // min(MAX_RUNS, max(1, words // MIN_ROWS))))
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
