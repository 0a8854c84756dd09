"""Recovery of the topics and their prior from the whitened components (Anandkumar et al. 2014, section 4)."""

import heapq

import numpy as np

from spectral_lda.counts import FloatArray
from spectral_lda.kernels import simplex
from spectral_lda.spectral.decomposition import Decomposition
from spectral_lda.spectral.whitening import Whitening

# The smallest prior of a topic, as a share of the mean one. The moments of real texts give priors of nearly
# zero, which would exclude the topic from every document.
MIN_PRIOR = 0.01


def recover(whitening: Whitening, components: Decomposition, alpha0: float) -> tuple[FloatArray, FloatArray]:
    """Return alpha (k,) and beta (k, V): alpha_k = 1 / lambda_k^2 and beta_k = lambda_k (W')^+ v_k.

    The rows of beta are normalised and projected onto the simplex; alpha is scaled to the sum ``alpha0``.
    """
    beta = project_to_simplex(_normalized(components.vectors.T @ whitening.unwhitener.T))
    smallest = np.sqrt(np.finfo(np.float64).tiny)
    return scale_prior(1.0 / np.maximum(components.weights, smallest) ** 2, alpha0), beta


def scale_prior(alpha: FloatArray, alpha0: float) -> FloatArray:
    """Return ``alpha`` scaled to the sum ``alpha0``, with no topic below a hundredth of the mean."""
    shares = alpha / alpha.max()
    shares = np.maximum(shares / shares.sum(), MIN_PRIOR / alpha.size)
    return np.asarray(alpha0 * shares / shares.sum())


def keep_largest(alpha: FloatArray, beta: FloatArray, topics: int) -> tuple[FloatArray, FloatArray]:
    """Return the ``topics`` topics with the largest priors, largest first; the prior's sum is unchanged."""
    order = np.argsort(-alpha, kind="stable")[:topics]
    return alpha[order] * (alpha.sum() / alpha[order].sum()), beta[order]


def split_topics(alpha: FloatArray, beta: FloatArray, topics: int) -> tuple[FloatArray, FloatArray]:
    """Split the topic with the largest prior into two equal parts until there are ``topics`` topics.

    The moments don't change, so the model is the same as with fewer topics if the data support fewer.
    """
    heap = [(-prior, topic) for topic, prior in enumerate(alpha.tolist())]
    heapq.heapify(heap)
    sources = list(range(alpha.size))
    while len(heap) < topics:
        prior, topic = heap[0]
        heapq.heapreplace(heap, (prior / 2, topic))
        heapq.heappush(heap, (prior / 2, len(heap)))
        sources.append(sources[topic])
    priors = np.empty(len(heap))
    for prior, topic in heap:
        priors[topic] = -prior
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


def _normalized(rows: FloatArray) -> FloatArray:
    """Scale rows to the sum 1, which also fixes their sign; a row with the sum 0 is returned unchanged."""
    sums = rows.sum(axis=1, keepdims=True)
    negligible = np.abs(sums) <= np.finfo(np.float64).eps * np.abs(rows).sum(axis=1, keepdims=True)
    return np.asarray(rows / np.where(negligible, 1.0, sums))
