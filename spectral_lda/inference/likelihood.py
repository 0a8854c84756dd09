"""Log-likelihoods of documents under given topics and mixtures, in nats."""

import numpy as np

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.kernels import inference
from spectral_lda.kernels.compiling import Singles
from spectral_lda.workers import Workers

# The spectral method assigns some words a probability of exactly 0. One such word in a test document must not
# make the score of the whole corpus minus infinity: it costs 27.6 nats.
MIN_PROBABILITY = 1e-12
# The share of the uniform distribution where held-out words are scored, so that a single word without a
# topic doesn't dominate the score.
BACKGROUND = 0.01


def log_likelihoods(
    corpus: Corpus, mixtures: Singles, by_word: Singles, *, background: float = 0.0
) -> FloatArray:
    """Return the log-likelihood of every document, (D,), under given mixtures (D, K) and topics (V, K).

    ``background`` is the share of the uniform distribution over the words.
    """
    result = np.empty(corpus.num_documents)

    def score(block: Block) -> None:
        rows = block.documents
        settings = (MIN_PROBABILITY, background, result[rows])
        inference.likelihoods(*block.arrays, by_word, mixtures[rows], *settings)

    corpus.for_each_block(1, score)
    return result


def per_token(corpus: Corpus, likelihoods: FloatArray, workers: Workers) -> float:
    """Return the mean over the tokens of all workers' documents, NaN if there are none."""
    likelihood, tokens = workers.all_reduce_sum(np.array([likelihoods.sum(), corpus.lengths.sum()]))
    return float(likelihood / tokens) if tokens else float("nan")
