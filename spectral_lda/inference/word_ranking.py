"""The words that describe a topic, ranked by four measures."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spectral_lda.counts import FloatArray

Ranking = Literal["probability", "relevance", "frex", "lift"]
RANKINGS: tuple[Ranking, ...] = get_args(Ranking)
# Sievert and Shirley found the words at this lambda the easiest to interpret.
RELEVANCE_LAMBDA = 0.6
FREX_WEIGHT = 0.5
# A word below this probability in every topic has no meaningful lift: it occurs once or twice.
_RARE = 1e-5


def rank_words(
    beta: FloatArray, shares: FloatArray, num_words: int, ranking: Ranking = "probability"
) -> NDArray[np.intp]:
    """Return the columns of the words that describe each topic best.

    Parameters
    ----------
    beta
        (K, V) the topics.
    shares
        (K,) the topics' shares of the tokens; relevance and lift weight the topics by them.
    num_words
        How many words per topic, N.
    ranking
        "probability" of the word in the topic; "relevance" (Sievert and Shirley, 2014), which adds the lift
        with the weight 0.4; "frex" (Bischof and Airoldi, 2012), the harmonic mean of the ranks by probability
        and by exclusivity; or "lift", the probability in the topic divided by that in the corpus.

    Returns
    -------
    array (K, N)
        The best word first; of equal words the one with the smaller column.

    Raises
    ------
    ValueError
        There is no such ranking, or fewer than one word is asked for.

    References
    ----------
    Sievert, Shirley: LDAvis, ILLVI 2014. Bischof, Airoldi: Summarizing topical content with word frequency
    and exclusivity, ICML 2012.
    """
    if ranking not in RANKINGS:
        raise ValueError(f"There is no ranking {ranking!r}; choose one of {', '.join(RANKINGS)}.")
    if num_words < 1:
        raise ValueError(f"The number of words is {num_words}; it is at least 1.")
    weights = np.asarray(shares, np.float64) / np.sum(shares)
    scores = _SCORES[ranking](np.asarray(beta, np.float64), weights)
    return np.argsort(-scores, axis=1, kind="stable")[:, :num_words]


def _probability(beta: FloatArray, _weights: FloatArray) -> FloatArray:
    return beta


def _lift(beta: FloatArray, weights: FloatArray) -> FloatArray:
    scores = _log_lift(beta, weights)
    return np.where(beta.max(axis=0) >= _RARE, scores, scores - scores.max() + scores.min() - 1)


def _relevance(beta: FloatArray, weights: FloatArray) -> FloatArray:
    return RELEVANCE_LAMBDA * _log(beta) + (1 - RELEVANCE_LAMBDA) * _log_lift(beta, weights)


def _frex(beta: FloatArray, _weights: FloatArray) -> FloatArray:
    exclusivity = _ranks(beta / np.maximum(beta.sum(axis=0), np.finfo(np.float64).tiny))
    frequency = _ranks(beta)
    return 1 / (FREX_WEIGHT / exclusivity + (1 - FREX_WEIGHT) / frequency)


def _log(values: FloatArray) -> FloatArray:
    return np.log(np.maximum(values, np.finfo(np.float64).tiny))


def _log_lift(beta: FloatArray, weights: FloatArray) -> FloatArray:
    return np.asarray(_log(beta) - _log(weights @ beta))


def _ranks(values: FloatArray) -> FloatArray:
    """Return the share of the words of a topic whose value isn't above a word's, (K, V), in (0, 1]."""
    ordered = np.sort(values, axis=1)
    pairs = zip(ordered, values, strict=True)
    counts = np.stack([np.searchsorted(row, value, side="right") for row, value in pairs])
    return np.asarray(counts / values.shape[1])


_SCORES = {"probability": _probability, "relevance": _relevance, "frex": _frex, "lift": _lift}


def words_of(vocabulary: Sequence[str], columns: NDArray[np.intp]) -> list[list[str]]:
    """Return the words of columns (K, N), a list per topic."""
    return [[vocabulary[column] for column in row] for row in columns.tolist()]
