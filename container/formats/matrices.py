"""Matrices of counts, put together from parts."""

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from spectral_lda.counts import CountMatrix


def stack(parts: Iterable[CountMatrix], words: int) -> CountMatrix:
    """Return the rows of all parts, each (n, words), in order; of none, a matrix of no rows."""
    empty: CountMatrix = sparse.csr_array((0, words), dtype=np.float64)
    return CountMatrix(sparse.vstack([empty, *parts], format="csr"))
