"""Every count looked at once: whether it is one, and what its document is."""

import math

import numpy as np
from numpy.typing import NDArray

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, exact, fast_inside

# What SplitMix64 goes on by (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# More tokens than this of one word in a document are halved without chance.
MOST_COINS = 4096

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


@exact
def fingerprint(indptr: Pointers, indices: Words, data: Doubles, seed: int, out: NDArray[np.uint64]) -> None:
    """Hash every row's words and counts with a seed: SplitMix64's finaliser over each entry."""
    bits = data.view(np.uint64)
    for row in range(indptr.size - 1):
        state = np.uint64(seed)
        for at in range(indptr[row], indptr[row + 1]):
            state = _mixed(state ^ (np.uint64(indices[at]) * GOLDEN + bits[at]))
        out[row] = state


@exact
def halve(indptr: Pointers, data: Doubles, seeds: NDArray[np.uint64], given: Doubles) -> None:
    """Set ``given`` to the tokens that a coin, tossed from the row's seed, chooses; fractions stay whole.

    Of very many tokens half are chosen: chance would hardly matter, and each coin takes its time.
    """
    for row in range(indptr.size - 1):
        state = seeds[row]
        for at in range(indptr[row], indptr[row + 1]):
            tokens = math.floor(data[at])
            state = _mixed(state + GOLDEN)
            chosen = (data[at] - tokens) * (state & np.uint64(1))
            if tokens > MOST_COINS:
                chosen += tokens // 2
                tokens = 0
            for token in range(tokens):
                if token % 32 == 0:
                    state = _mixed(state + GOLDEN)
                chosen += (state >> np.uint64(token % 32)) & np.uint64(1)
            given[at] = chosen


@fast_inside
def _mixed(state: np.uint64) -> np.uint64:
    """Return the finaliser of SplitMix64 of a state."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
