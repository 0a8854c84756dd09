"""Every count looked at once: whether it is one."""

import math

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, exact

SOUND, NOT_FINITE, NEGATIVE, TOO_LARGE, FRACTIONAL, OUTSIDE, UNSORTED = range(7)


@exact
def check(
    indptr: Pointers, indices: Words, data: Doubles, words: int, largest: float, whole: bool, lengths: Doubles
) -> tuple[int, int]:
    """Sum every row into ``lengths``; return what is wrong first, and where in ``data``."""
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
                return OUTSIDE, at
            if indices[at] <= last:
                return UNSORTED, at
            last = indices[at]
            total += value
        lengths[row] = total
    return SOUND, 0
