"""The E-step: each token's responsibilities, summed to expected counts by document and by word.

The responsibility of topic k for a token of word w in document d is proportional to theta_dk beta_kw (Blei,
Ng, Jordan: Latent Dirichlet allocation, JMLR 3, 2003). `m_step` turns the expected counts into topics.
"""

from typing import Any

import numpy as np

from spectral_lda.kernels.compiling import (
    Doubles,
    Flags,
    Floats,
    Pointers,
    Singles,
    Words,
    inline_fastmath,
    jit_fastmath,
)
from spectral_lda.kernels.inference import TINY

# Over-relaxation leaves at least this share of an expected count, which can't be negative.
MIN_REMAINDER = np.float32(0.2)


@jit_fastmath
def map_e_step(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    included: Flags,
    prior: Singles,
    topics: Singles,
    relaxation: np.float32,
    previous: Singles,
    by_document: Singles,
    by_word: Doubles,
) -> None:
    """Compute the included documents' responsibilities theta_k beta_kw; theta is from ``previous`` (n, K).

    Sets ``by_document`` (n, K) to the expected counts of the documents and adds those of the words to
    ``by_word`` (V, K); ``topics`` (V, K) is beta.
    """
    width = prior.size
    theta = np.empty_like(prior)
    for row in range(indptr.size - 1):
        if not included[row]:
            continue
        expected = by_document[row]
        for k in range(width):
            theta[k] = previous[row, k] + prior[k]
        expected[:] = 0
        for at in range(indptr[row], indptr[row + 1]):
            word, sums = topics[indices[at]], by_word[indices[at]]
            total = np.float32(0)
            for k in range(width):
                total += theta[k] * word[k]
            if total > TINY:
                ratio = np.float32(data[at]) / total
                for k in range(width):
                    part = ratio * theta[k] * word[k]
                    expected[k] += part
                    sums[k] += part
        _over_relax_row(relaxation, previous[row], expected)


@jit_fastmath
def cvb0_e_step(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    included: Flags,
    prior: Singles,
    topics: Singles,
    inverse: Singles,
    relaxation: np.float32,
    previous: Singles,
    by_document: Singles,
    by_word: Doubles,
) -> None:
    """Do as `map_e_step`, but exclude each token's own part from the counts behind its responsibilities.

    ``inverse`` (K,) is one over the expected count of each topic, the words' prior included, and ``topics``
    (V, K) are the proportions of these counts. A part is small compared with its topic, so 1 / (n - p) is
    computed as (1 + p / n) / n.
    """
    width = prior.size
    theta, parts = np.empty_like(prior), np.empty_like(prior)
    for row in range(indptr.size - 1):
        if not included[row]:
            continue
        expected = by_document[row]
        for k in range(width):
            theta[k] = previous[row, k] + prior[k]
        expected[:] = 0
        for at in range(indptr[row], indptr[row + 1]):
            word, sums = topics[indices[at]], by_word[indices[at]]
            total = _cvb0_responsibilities(theta, word, inverse, np.float32(min(data[at], 1.0)), parts)
            if total > TINY:
                ratio = np.float32(data[at]) / total
                for k in range(width):
                    part = ratio * parts[k]
                    expected[k] += part
                    sums[k] += part
        _over_relax_row(relaxation, previous[row], expected)


@inline_fastmath
def _cvb0_responsibilities(
    theta: Singles, word: Singles, inverse: Singles, token: np.float32, parts: Singles
) -> np.float32:
    """Set ``parts`` to a token's responsibilities by all other tokens, unnormalised; return their sum."""
    total = np.float32(0)
    for k in range(theta.size):
        total += theta[k] * word[k]
    if total <= TINY:
        return np.float32(0)
    scale = token / total
    for k in range(theta.size):
        part = scale * theta[k] * word[k]
        share = part * inverse[k]
        # The literal 1 would make this double precision, at half the speed.
        rest = (theta[k] - part) * (word[k] - share) * (np.float32(1) + share)
        parts[k] = max(rest, np.float32(0))
    total = np.float32(0)
    for k in range(theta.size):
        total += parts[k]
    return total


@jit_fastmath
def over_relax(relaxation: np.float64, previous: Doubles, current: Doubles) -> None:
    """Move the ``current`` counts (V, K) further from the ``previous`` ones."""
    for word in range(len(previous)):
        _over_relax_row(relaxation, previous[word], current[word])


@jit_fastmath
def m_step(by_word: Doubles, prior: float, inverse: Doubles, topics: Singles) -> None:
    """Set ``topics`` (V, K) to counts plus a ``prior``, times the ``inverse`` (K,) of the topics' totals."""
    for word in range(len(by_word)):
        counts, probabilities = by_word[word], topics[word]
        for k in range(inverse.size):
            probabilities[k] = (counts[k] + prior) * inverse[k]


@inline_fastmath
def _over_relax_row(relaxation: np.floating[Any], previous: Floats, current: Floats) -> None:
    """Move current counts further from the previous ones, by ``relaxation`` times their change."""
    for k in range(previous.size):
        beyond = current[k] + relaxation * (current[k] - previous[k])
        current[k] = max(beyond, MIN_REMAINDER * current[k])
