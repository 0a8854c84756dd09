"""Every count looked at once: whether it is one, and what its document is."""

import math

import numpy as np
from numpy.typing import NDArray

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, exact

SOUND, NOT_FINITE, NEGATIVE, TOO_LARGE, FRACTIONAL, OUTSIDE, UNSORTED = range(7)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


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


@exact
def fingerprint(indptr: Pointers, indices: Words, data: Doubles, seed: int, out: NDArray[np.uint64]) -> None:
    """Hash every row's words and counts with a seed; a stored 0 is no word."""
    bits = data.view(np.uint64)
    for row in range(indptr.size - 1):
        state = np.uint64(seed)
        for at in range(indptr[row], indptr[row + 1]):
            if data[at] != 0:
                state = _mixed(state ^ (np.uint64(indices[at]) * _GOLDEN + bits[at]))
        out[row] = state


@exact
def apart(hashes: NDArray[np.uint64], numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return hashes that differ where the numbers do; a number of 0 leaves its hash."""
    found = hashes.copy()
    for at in range(hashes.size):
        if numbers[at] > 0:
            found[at] = _mixed(hashes[at] ^ (numbers[at] * _GOLDEN))
    return found


@exact
def _mixed(state: np.uint64) -> np.uint64:
    """SplitMix64's finaliser."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
