"""Topic mixtures of documents, and the likelihood of their words."""

import math

import numpy as np

from spectral_lda.kernels.compiling import (
    Doubles,
    Pointers,
    Singles,
    Words,
    inline_fastmath,
    jit_fastmath,
)

# A smaller probability is rounding error; nothing is divided by it.
TINY = np.float32(1e-30)
# The extrapolation leaves each topic at least this share of its proportion after the second sweep.
MIN_REMAINDER = np.float32(1e-3)
# A document up to this length, absolute or relative to the prior's sum, doesn't change its mixture in single
# precision, and its inverse would overflow there.
NEGLIGIBLE_LENGTH, NEGLIGIBLE_RATIO = 1e-30, 1e-20


@jit_fastmath
def infer(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    alpha: Singles,
    by_word: Singles,
    tolerance: np.float32,
    sweeps: int,
    mixtures: Singles,
) -> None:
    """Move every row of ``mixtures`` (n, K) to the fixed point theta_k ~ n_k + alpha_k of its document.

    Repeats two sweeps and an extrapolation (SQUAREM, scheme S3: Varadhan and Roland, Scandinavian Journal of
    Statistics 35, 2008). The sweeps are scaled by the document's length, so no count is too large.
    """
    width = alpha.size
    negligible = max(NEGLIGIBLE_LENGTH, NEGLIGIBLE_RATIO * alpha.sum())
    once, twice, prior = np.empty_like(alpha), np.empty_like(alpha), np.empty_like(alpha)
    for row in range(indptr.size - 1):
        start, stop = indptr[row], indptr[row + 1]
        length = 0.0
        for at in range(start, stop):
            length += data[at]
        if length <= negligible:
            continue
        theta, scale = mixtures[row], np.float32(1 / length)
        for k in range(width):
            prior[k] = alpha[k] * scale
        for _ in range(sweeps):
            _sweep(indices, data, start, stop, scale, prior, by_word, theta, once)
            _sweep(indices, data, start, stop, scale, prior, by_word, once, twice)
            if _extrapolate(theta, once, twice) <= tolerance:
                break


@inline_fastmath
def _sweep(
    indices: Words,
    data: Doubles,
    start: int,
    stop: int,
    scale: np.float32,
    prior: Singles,
    by_word: Singles,
    theta: Singles,
    out: Singles,
) -> None:
    """Set ``out`` to the mixture after one fixed-point iteration from ``theta``."""
    width = theta.size
    out[:] = 0
    for at in range(start, stop):
        word = by_word[indices[at]]
        probability = np.float32(0)
        for k in range(width):
            probability += word[k] * theta[k]
        if probability > TINY:
            ratio = np.float32(data[at]) * scale / probability
            for k in range(width):
                out[k] += ratio * word[k]
    for k in range(width):
        out[k] = out[k] * theta[k] + prior[k]
    _normalize(out)


@inline_fastmath
def _extrapolate(theta: Singles, once: Singles, twice: Singles) -> np.float32:
    """Extrapolate theta along the two sweeps; return the largest change of the second one."""
    step = curve = moved = np.float32(0)
    for k in range(theta.size):
        change = once[k] - theta[k]
        bend = twice[k] - once[k] - change
        step += change * change
        curve += bend * bend
        moved = max(moved, abs(twice[k] - once[k]))
    length = max(np.float32(1), np.sqrt(step / curve)) if curve > 0 else np.float32(1)
    for k in range(theta.size):
        change = once[k] - theta[k]
        bend = twice[k] - once[k] - change
        extrapolated = theta[k] + (length + length) * change + length * length * bend
        # Stay inside the simplex: a proportion of 0 would remain 0 in every later sweep.
        theta[k] = max(extrapolated, MIN_REMAINDER * twice[k])
    _normalize(theta)
    return moved


@inline_fastmath
def _normalize(mixture: Singles) -> None:
    total = np.float32(0)
    for k in range(mixture.size):
        total += mixture[k]
    for k in range(mixture.size):
        mixture[k] /= total


@jit_fastmath
def likelihoods(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    by_word: Singles,
    mixtures: Singles,
    floor: float,
    background: float,
    out: Doubles,
) -> None:
    """Set ``out`` (n,) to sum n ln p; p = (1 - background) theta . beta_w + background / V >= ``floor``."""
    rest = background / by_word.shape[0]
    for row in range(indptr.size - 1):
        sums = 0.0
        for at in range(indptr[row], indptr[row + 1]):
            word = by_word[indices[at]]
            probability = 0.0
            for k in range(mixtures.shape[1]):
                probability += mixtures[row, k] * word[k]
            sums += data[at] * math.log(max((1 - background) * probability + rest, floor))
        out[row] = sums
