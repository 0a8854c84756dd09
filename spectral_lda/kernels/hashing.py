"""Randomness that depends on a document and a seed alone: hashes, and coin tosses seeded by them.

Both use SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
"""

import math

import numpy as np
from numpy.typing import NDArray

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, inline_fastmath, jit

Hashes = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# Above this number of tokens of one word in a document, exactly half are chosen, without coin tosses.
MAX_COIN_TOSSES = 4096


@jit
def hash_documents(indptr: Pointers, indices: Words, data: Doubles, seed: int, out: Hashes) -> None:
    """Hash every row's words and counts with a seed; stored zeros are skipped."""
    bits = data.view(np.uint64)
    for row in range(indptr.size - 1):
        state = np.uint64(seed)
        for at in range(indptr[row], indptr[row + 1]):
            if data[at] != 0:
                state = _mixed(state ^ (np.uint64(indices[at]) * GOLDEN + bits[at]))
        out[row] = state


@jit
def rehash_copies(hashes: Hashes, numbers: Hashes) -> Hashes:
    """Return hashes that also depend on each document's number; the number 0 leaves the hash unchanged."""
    rehashed = hashes.copy()
    for at in range(hashes.size):
        if numbers[at] > 0:
            rehashed[at] = _mixed(hashes[at] ^ (numbers[at] * GOLDEN))
    return rehashed


@jit
def choose_half(indptr: Pointers, data: Doubles, seeds: Hashes, chosen: Doubles) -> None:
    """Set ``chosen`` to the tokens chosen by coin tosses seeded by row; fractions are not split."""
    for row in range(indptr.size - 1):
        state = seeds[row]
        for at in range(indptr[row], indptr[row + 1]):
            if data[at] == 0:
                chosen[at] = 0
                continue
            tokens = math.floor(data[at])
            state = _mixed(state + GOLDEN)
            count = (data[at] - tokens) * (state & np.uint64(1))
            if tokens > MAX_COIN_TOSSES:
                count += tokens // 2
                tokens = 0
            for token in range(tokens):
                if token % 32 == 0:
                    state = _mixed(state + GOLDEN)
                count += (state >> np.uint64(token % 32)) & np.uint64(1)
            chosen[at] = count


@inline_fastmath
def _mixed(state: np.uint64) -> np.uint64:
    """Return SplitMix64's finaliser of a state."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
