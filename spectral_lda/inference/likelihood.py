"""Scores of a model on documents: how likely it finds a word, in nats."""

import numpy as np

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountsLike, FloatArray
from spectral_lda.inference.mixtures import Singles, infer_mixtures, topics_by_word
from spectral_lda.kernels import inference
from spectral_lda.model import Model
from spectral_lda.workers import ALONE, Hosts

# The spectral method gives words an exact 0. One such word in a test document must not turn the score of a
# whole corpus into minus infinity: it costs 27.6 nats, as a word seen once in 10^12 tokens would.
SMALLEST_PROBABILITY = 1e-12


def per_word_log_likelihood(model: Model, counts: CountsLike, hosts: Hosts = ALONE) -> float:
    """Return SageMaker's pwll: sum n ln(theta . beta_w) over all tokens, divided by their number.

    The mixtures theta are inferred from the same tokens. Larger is better; NaN for documents without any
    token. Several ``hosts`` score their documents together.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite, or the vocabulary has another size than the model's.
    """
    corpus = model.documents(counts, whole=True)
    by_word = topics_by_word(model.beta)
    mixtures = infer_mixtures(corpus, model.alpha, by_word)
    return per_token(corpus, log_likelihoods(corpus, mixtures, by_word), hosts)


def log_likelihoods(
    corpus: Corpus, mixtures: Singles, by_word: Singles, *, background: float = 0.0
) -> FloatArray:
    """Return the log-likelihood of every document, (D,), under given mixtures (D, K) and topics (V, K).

    The probability ``background`` goes to all words evenly.
    """
    found = np.empty(corpus.documents)

    def score(block: Block) -> None:
        rows = block.documents
        settings = (SMALLEST_PROBABILITY, background, found[rows])
        inference.likelihoods(*block.arrays, by_word, mixtures[rows], *settings)

    corpus.each(1, score)
    return found


def per_token(corpus: Corpus, likelihoods: FloatArray, hosts: Hosts) -> float:
    """Return the mean over the tokens of all hosts' documents, NaN without any."""
    likelihood, tokens = hosts.total(np.array([likelihoods.sum(), corpus.lengths.sum()]))
    return float(likelihood / tokens) if tokens else float("nan")
