"""Scores of a model on documents: how likely it finds a word, in nats."""

import numpy as np

from spectral_lda.counts import CountMatrix, CountsLike, FloatArray, as_counts, check_width
from spectral_lda.mixtures import infer_mixtures, word_probabilities
from spectral_lda.model import Model

# The spectral method gives words an exact 0. One such word in a test document must not turn the score of a
# whole corpus into minus infinity: it costs 27.6 nats, as a word seen once in 10^12 tokens would.
SMALLEST_PROBABILITY = 1e-12
# The probability that completion keeps for words that the topics don't explain.
BACKGROUND = 0.01


def per_word_log_likelihood(model: Model, counts: CountsLike) -> float:
    """Return SageMaker's pwll: sum n ln(theta . beta_w) over all tokens, divided by their number.

    The mixtures theta are inferred from the same tokens. Larger is better; NaN for documents without any
    token.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite, or the vocabulary has another size than the model's.
    """
    matrix = as_counts(counts)
    check_width(matrix, model.beta.shape[1])
    mixtures = infer_mixtures(matrix, model.alpha, model.beta)
    probabilities = np.maximum(word_probabilities(matrix, mixtures, model.beta), SMALLEST_PROBABILITY)
    tokens = float(matrix.data.sum())
    return float(matrix.data @ np.log(probabilities)) / tokens if tokens else float("nan")


def halve(counts: CountMatrix, rng: np.random.Generator) -> tuple[CountMatrix, CountMatrix]:
    """Toss a coin for every token: two count matrices that sum to ``counts``."""
    first, second = counts.copy(), counts.copy()
    first.data = rng.binomial(counts.data.astype(np.int64), 0.5).astype(np.float64)
    second.data = counts.data - first.data
    return first, second


def completion(given: CountMatrix, wanted: CountMatrix, alpha: FloatArray, beta: FloatArray) -> float:
    """Return the log-likelihood per word of the tokens ``wanted``, with mixtures inferred from ``given``.

    The two are halves of the same documents. A hundredth of the probability goes to all words evenly, so that
    no single word unknown to the topics decides between two models.
    """
    mixtures = infer_mixtures(given, alpha, beta)
    probabilities = word_probabilities(wanted, mixtures, beta)
    smoothed = (1 - BACKGROUND) * probabilities + BACKGROUND / wanted.shape[1]
    return float(wanted.data @ np.log(smoothed)) / max(1.0, float(wanted.data.sum()))
