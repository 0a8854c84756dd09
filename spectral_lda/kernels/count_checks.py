"""The check of word counts: finds the first invalid one."""

import math

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, jit

VALID, NOT_FINITE, NEGATIVE, TOO_LARGE, FRACTIONAL, OUT_OF_RANGE, UNSORTED = range(7)


@jit
def check(
    indptr: Pointers, indices: Words, data: Doubles, words: int, largest: float, whole: bool, lengths: Doubles
) -> tuple[int, int]:
    """Sum every row into ``lengths``; return the first problem and its position in ``data``."""
    for row in range(indptr.size - 1):
        last = -1
        total = 0.0
        for at in range(indptr[row], indptr[row + 1]):
            value = data[at]
            if not math.isfinite(value):
                return NOT_FINITE, at
            if value < 0:
                return NEGATIVE, at
            if value > largest:
                return TOO_LARGE, at
            if whole and value != math.floor(value):
                return FRACTIONAL, at
            if indices[at] < 0 or indices[at] >= words:
                return OUT_OF_RANGE, at
            if indices[at] <= last:
                return UNSORTED, at
            last = indices[at]
            total += value
        lengths[row] = total
    return VALID, 0
