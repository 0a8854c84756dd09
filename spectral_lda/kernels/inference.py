"""The topic mixture of a document, and how likely it finds words."""

import math

import numpy as np

from spectral_lda.kernels.compiling import Doubles, Pointers, Singles, Words, fast, fast_inside

# Below this a probability is the noise of a division; nothing is divided by it.
TINY = np.float32(1e-30)
# How much of a sweep's mixture is kept of a topic that an extrapolation would take away.
LEAST_SHARE = np.float32(1e-3)
# A document of no more mass than this, by itself or for each unit of the prior, moves no mixture in single
# precision, but its inverse would overflow there.
NEGLIGIBLE_LENGTH, NEGLIGIBLE_SHARE = 1e-30, 1e-20


@fast
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

    Two sweeps and an extrapolation along their change (SQUAREM, scheme S3: Varadhan and Roland, Scandinavian
    Journal of Statistics 35, 2008). The steps being scaled by the document's length, no count is too large.
    """
    width = alpha.size
    negligible = max(NEGLIGIBLE_LENGTH, NEGLIGIBLE_SHARE * alpha.sum())
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
            if _leap(theta, once, twice) <= tolerance:
                break


@fast_inside
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
    """Set ``out`` to the mixture that the words have when ``theta`` shares them out."""
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
    _scale_to_one(out)


@fast_inside
def _leap(theta: Singles, once: Singles, twice: Singles) -> np.float32:
    """Extrapolate theta along the two sweeps; return how far the second one moved it."""
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
        reached = theta[k] + (length + length) * change + length * length * bend
        # A leap beyond the simplex is cut short of its border, from where no sweep comes back.
        theta[k] = max(reached, LEAST_SHARE * twice[k])
    _scale_to_one(theta)
    return moved


@fast_inside
def _scale_to_one(shares: Singles) -> None:
    total = np.float32(0)
    for k in range(shares.size):
        total += shares[k]
    for k in range(shares.size):
        shares[k] /= total


@fast
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
    """Set ``out`` (n,) to sum n ln p, p = (1 - background) theta . beta_w + background / V or ``floor``."""
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
