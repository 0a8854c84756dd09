"""Recovery: from whitened components back to topics over words and their prior."""

import heapq

import numpy as np

from spectral_lda.counts import FloatArray
from spectral_lda.kernels import simplex
from spectral_lda.spectral.decomposition import Decomposition
from spectral_lda.spectral.whitening import Whitening

# No topic's prior falls below this share of the mean one: the moments of real text give priors of nearly
# zero, and with one of them a document could never take up that topic again.
SMALLEST_PRIOR = 0.01


def recover(whitening: Whitening, parts: Decomposition, alpha0: float) -> tuple[FloatArray, FloatArray]:
    """Return alpha (k,) and beta (k, V): alpha_k = 1 / lambda_k^2 and beta_k = lambda_k (W')^+ v_k.

    The rows of beta are normalised and put onto the simplex; alpha is scaled to the sum ``alpha0``.
    """
    beta = project_to_simplex(_normalised(parts.vectors.T @ whitening.unwhitener.T))
    smallest = np.sqrt(np.finfo(np.float64).tiny)
    return scale_prior(1.0 / np.maximum(parts.weights, smallest) ** 2, alpha0), beta


def scale_prior(alpha: FloatArray, alpha0: float) -> FloatArray:
    """Return ``alpha`` with the sum ``alpha0`` and no topic below a hundredth of the mean."""
    shares = alpha / alpha.max()
    shares = np.maximum(shares / shares.sum(), SMALLEST_PRIOR / alpha.size)
    return np.asarray(alpha0 * shares / shares.sum())


def keep_largest(alpha: FloatArray, beta: FloatArray, topics: int) -> tuple[FloatArray, FloatArray]:
    """Return the ``topics`` topics with the largest priors, largest first; the prior's sum stays."""
    order = np.argsort(-alpha, kind="stable")[:topics]
    return alpha[order] * (alpha.sum() / alpha[order].sum()), beta[order]


def split_topics(alpha: FloatArray, beta: FloatArray, topics: int) -> tuple[FloatArray, FloatArray]:
    """Split the topic with the largest prior into two equal parts until there are ``topics`` topics.

    The moments stay what they were, so nothing is invented where the data can't carry as many topics.
    """
    parts = [(-prior, place) for place, prior in enumerate(alpha.tolist())]
    heapq.heapify(parts)
    sources = list(range(alpha.size))
    while len(parts) < topics:
        prior, place = parts[0]
        heapq.heapreplace(parts, (prior / 2, place))
        heapq.heappush(parts, (prior / 2, len(parts)))
        sources.append(sources[place])
    priors = np.empty(len(parts))
    for prior, place in parts:
        priors[place] = -prior
    return priors, beta[sources]


def project_to_simplex(rows: FloatArray) -> FloatArray:
    """Return the nearest distribution (Euclidean) to each row of (n, V).

    References
    ----------
    Michelot: A finite algorithm for finding the projection of a point onto the canonical simplex of R^n,
    Journal of Optimization Theory and Applications 50 (1986), 195-200.
    """
    projected = np.maximum(rows - simplex.thresholds(rows)[:, None], 0.0)
    return np.asarray(projected / projected.sum(axis=1, keepdims=True))


def _normalised(rows: FloatArray) -> FloatArray:
    """Scale rows to the sum 1, a topic's sign with it; a row of sum 0 stays for the projection to settle."""
    sums = rows.sum(axis=1, keepdims=True)
    negligible = np.abs(sums) <= np.finfo(np.float64).eps * np.abs(rows).sum(axis=1, keepdims=True)
    return np.asarray(rows / np.where(negligible, 1.0, sums))
