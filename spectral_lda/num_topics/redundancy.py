"""Topics that could go: duplicates of others, and topics without words of their own.

The definitions are those of docs/promotion-rules.md, by which a deployment judges its models.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.counts import FloatArray

TOP_WORDS = 50
NEAR_DUPLICATE = 0.5  # of the top words' probability, which two topics have in common
NEGLIGIBLE, INSIGNIFICANT = 0.01, 0.9


def count_redundant(alpha: FloatArray, beta: FloatArray) -> int:
    """Return how many topics are dead, or one of several near duplicates and not the first of them.

    Parameters
    ----------
    alpha
        (K,) the prior.
    beta
        (K, V) the topics.
    """
    shares = alpha / alpha.sum()
    top = _top_words(beta)
    dead = _dead(shares, beta, top)
    alive = np.flatnonzero(~dead)
    duplicates = sparse.csr_array((_overlaps(beta[alive], top[alive]) >= NEAR_DUPLICATE).astype(np.int8))
    groups, _ = sparse.csgraph.connected_components(duplicates, directed=False)
    return int(dead.sum() + alive.size - groups)


def _top_words(beta: FloatArray) -> NDArray[np.intp]:
    """Return the columns of each topic's most likely words."""
    return np.argsort(-beta, axis=1, kind="stable")[:, :TOP_WORDS]


def _overlaps(beta: FloatArray, top: NDArray[np.intp]) -> FloatArray:
    """Return the overlap (K, K) of the topics' top words: 1 for duplicates, 0 where none is shared."""
    among = np.zeros(beta.shape, np.bool_)
    np.put_along_axis(among, top, values=True, axis=1)
    mass = np.take_along_axis(beta, top, axis=1).sum(axis=1)
    overlaps = np.zeros((len(beta), len(beta)))
    for topic, words in enumerate(top):
        common = np.minimum(beta[topic, words], beta[:, words]) * among[:, words]
        overlaps[topic] = common.sum(axis=1) / np.maximum(mass[topic], mass)
    return overlaps


def _dead(shares: FloatArray, beta: FloatArray, top: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which topics have a negligible prior, even probabilities, or the other topics' mean."""
    topics, words = beta.shape
    dead: NDArray[np.bool_] = shares * topics < NEGLIGIBLE
    if topics == 1:
        return dead
    logarithms = np.log(beta, out=np.zeros_like(beta), where=beta > 0)
    dead |= np.exp(-(beta * logarithms).sum(axis=1)) >= INSIGNIFICANT * words
    own = np.take_along_axis(beta, top, axis=1)
    mean = (shares @ beta)[top]
    others = np.maximum(0, mean - shares[:, None] * own) / (1 - shares[:, None])
    return np.asarray(dead | (np.minimum(own, others).sum(axis=1) >= INSIGNIFICANT * own.sum(axis=1)))
