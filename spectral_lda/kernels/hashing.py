"""Chance that depends on a document and a seed alone: hashes, and the coins that are tossed from them.

Both go on as SplitMix64 does (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
2014).
"""

import math

import numpy as np
from numpy.typing import NDArray

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, exact, fast_inside

Hashes = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# More tokens than this of one word in a document are halved without chance.
MOST_COINS = 4096


@exact
def fingerprint(indptr: Pointers, indices: Words, data: Doubles, seed: int, out: Hashes) -> None:
    """Hash every row's words and counts with a seed; a stored 0 is no word."""
    bits = data.view(np.uint64)
    for row in range(indptr.size - 1):
        state = np.uint64(seed)
        for at in range(indptr[row], indptr[row + 1]):
            if data[at] != 0:
                state = _mixed(state ^ (np.uint64(indices[at]) * GOLDEN + bits[at]))
        out[row] = state


@exact
def apart(hashes: Hashes, numbers: Hashes) -> Hashes:
    """Return hashes that differ where the numbers do; a number of 0 leaves its hash."""
    found = hashes.copy()
    for at in range(hashes.size):
        if numbers[at] > 0:
            found[at] = _mixed(hashes[at] ^ (numbers[at] * GOLDEN))
    return found


@exact
def halve(indptr: Pointers, data: Doubles, seeds: Hashes, given: Doubles) -> None:
    """Set ``given`` to the tokens that a coin, tossed from the row's seed, chooses; fractions stay whole.

    Of very many tokens half are chosen: chance would hardly matter, and each coin takes its time.
    """
    for row in range(indptr.size - 1):
        state = seeds[row]
        for at in range(indptr[row], indptr[row + 1]):
            if data[at] == 0:
                given[at] = 0
                continue
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
    """Return SplitMix64's finaliser of a state."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
