"""Tokens shared out over the topics."""

from typing import Any

import numpy as np

from spectral_lda.kernels.compiling import Doubles, Flags, Floats, Pointers, Singles, Words, fast, fast_inside
from spectral_lda.kernels.inference import TINY

# How much is left of what a pass reached, however far beyond it goes: a sum of tokens has no place below 0.
LEAST_LEFT = np.float32(0.2)


@fast
def share(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    used: Flags,
    prior: Singles,
    topics: Singles,
    relaxation: np.float32,
    last: Singles,
    tokens: Singles,
    words: Doubles,
) -> None:
    """Share out the used documents' counts by theta_k beta_kw, with theta from the ``last`` tokens (n, K).

    Sets ``tokens`` (n, K) to the sums by document and adds those by word to ``words`` (V, K); ``topics``
    (V, K) is beta.
    """
    width = prior.size
    theta = np.empty_like(prior)
    for row in range(indptr.size - 1):
        if not used[row]:
            continue
        own = tokens[row]
        for k in range(width):
            theta[k] = last[row, k] + prior[k]
        own[:] = 0
        for at in range(indptr[row], indptr[row + 1]):
            word, sums = topics[indices[at]], words[indices[at]]
            total = np.float32(0)
            for k in range(width):
                total += theta[k] * word[k]
            if total > TINY:
                ratio = np.float32(data[at]) / total
                for k in range(width):
                    part = ratio * theta[k] * word[k]
                    own[k] += part
                    sums[k] += part
        _relax(relaxation, last[row], own)


@fast
def share_others(
    indptr: Pointers,
    indices: Words,
    data: Doubles,
    used: Flags,
    prior: Singles,
    topics: Singles,
    inverse: Singles,
    relaxation: np.float32,
    last: Singles,
    tokens: Singles,
    words: Doubles,
) -> None:
    """Do as `share`, each token by all others: its own part is taken out of the counts that judge it.

    ``inverse`` (K,) is one over the tokens by topic, the words' prior in them, whose shares ``topics`` (V, K)
    are. A part is small beside its topic, so 1 / (n - p) is (1 + p / n) / n.
    """
    width = prior.size
    theta, parts = np.empty_like(prior), np.empty_like(prior)
    for row in range(indptr.size - 1):
        if not used[row]:
            continue
        own = tokens[row]
        for k in range(width):
            theta[k] = last[row, k] + prior[k]
        own[:] = 0
        for at in range(indptr[row], indptr[row + 1]):
            word, sums = topics[indices[at]], words[indices[at]]
            total = _weigh_by_others(theta, word, inverse, np.float32(min(data[at], 1.0)), parts)
            if total > TINY:
                ratio = np.float32(data[at]) / total
                for k in range(width):
                    part = ratio * parts[k]
                    own[k] += part
                    sums[k] += part
        _relax(relaxation, last[row], own)


@fast_inside
def _weigh_by_others(
    theta: Singles, word: Singles, inverse: Singles, token: np.float32, parts: Singles
) -> np.float32:
    """Set ``parts`` to what each topic is worth to a token by all others; return their sum."""
    total = np.float32(0)
    for k in range(theta.size):
        total += theta[k] * word[k]
    if total <= TINY:
        return np.float32(0)
    scale = token / total
    for k in range(theta.size):
        part = scale * theta[k] * word[k]
        share = part * inverse[k]
        # A whole number beside singles would make this double precision, at half the speed.
        rest = (theta[k] - part) * (word[k] - share) * (np.float32(1) + share)
        parts[k] = max(rest, np.float32(0))
    total = np.float32(0)
    for k in range(theta.size):
        total += parts[k]
    return total


@fast
def go_on(relaxation: np.float64, last: Doubles, reached: Doubles) -> None:
    """Go on beyond what was ``reached`` (V, K) by words, away from the ``last``."""
    for word in range(len(last)):
        _relax(relaxation, last[word], reached[word])


@fast
def smooth(tokens: Doubles, prior: float, inverse: Doubles, topics: Singles) -> None:
    """Set ``topics`` (V, K) to the tokens and a ``prior``, times the ``inverse`` (K,) of their sums."""
    for word in range(len(tokens)):
        counts, shares = tokens[word], topics[word]
        for k in range(inverse.size):
            shares[k] = (counts[k] + prior) * inverse[k]


@fast_inside
def _relax(relaxation: np.floating[Any], last: Floats, reached: Floats) -> None:
    """Go on beyond what was reached, away from the last."""
    for k in range(last.size):
        beyond = reached[k] + relaxation * (reached[k] - last[k])
        reached[k] = max(beyond, LEAST_LEFT * reached[k])
