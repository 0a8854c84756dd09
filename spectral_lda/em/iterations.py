"""EM iterations: the E-step's expected counts by document and by word, and the topics that follow from them.

There are two update rules. MAP: the responsibilities of a token follow from its document's whole mixture,
which is the EM algorithm under the prior. CVB0: they follow from all other tokens (Asuncion, Welling, Smyth,
Teh: On smoothing and inference for topic models, UAI 2009, equation 10); the token's own part is computed
when it is needed instead of stored. MAP has one optimum per document and is more reliable on long documents;
CVB0 is far better on short ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.inference.mixtures import infer_mixtures
from spectral_lda.kernels import e_step
from spectral_lda.kernels.compiling import Singles
from spectral_lda.workers import Workers

# The prior of a word in a topic during the iterations, in tokens. CVB0 needs a larger one: a word that occurs
# once has no other token that could indicate its topic.
WORD_PRIOR, CVB0_WORD_PRIOR = 0.1, 0.4
# Pairs of sweeps for the first mixtures under the spectral topics; the iterations improve them.
INITIAL_SWEEPS = 2


@dataclass(frozen=True)
class ExpectedCounts:
    """Expected numbers of tokens by document and topic (D, K), and by word and topic (V, K)."""

    by_document: Singles
    by_word: FloatArray

    @cached_property
    def topics(self) -> Singles:
        """Beta by word, (V, K), during the iterations."""
        return self.smoothed_topics(WORD_PRIOR)

    def smoothed_topics(self, word_prior: float) -> Singles:
        """Return the M-step's beta by word, (V, K), under a prior of ``word_prior`` tokens per word."""
        topics = np.empty(self.by_word.shape, np.float32)
        e_step.m_step(self.by_word, word_prior, 1 / self.topic_totals(word_prior), topics)
        return topics

    def topic_totals(self, word_prior: float) -> FloatArray:
        """Return the expected number of tokens of every topic, (K,), including the words' prior."""
        return np.asarray(self._by_topic + word_prior * len(self.by_word))

    @cached_property
    def _by_topic(self) -> FloatArray:
        return np.asarray(self.by_word.sum(axis=0))


EStep = Callable[[Block, Singles, FloatArray], None]


class EM:
    """EM iterations over a corpus; ``included`` (D,) selects the documents that take part."""

    def __init__(self, corpus: Corpus, alpha: FloatArray, workers: Workers) -> None:
        self.corpus, self.alpha, self.workers = corpus, alpha, workers
        self._prior = alpha.astype(np.float32)

    def initialize(self, topics: Singles, included: NDArray[np.bool_]) -> ExpectedCounts:
        """Return the expected counts under given topics (V, K)."""
        mixtures = infer_mixtures(self.corpus, self.alpha, topics, sweeps=INITIAL_SWEEPS)
        by_document = self._expected_by_document(mixtures, self.corpus.lengths)
        start = ExpectedCounts(by_document, np.zeros(topics.shape))
        return self._map_iteration(start, topics, included, 0.0)

    def map_iteration(
        self, previous: ExpectedCounts, included: NDArray[np.bool_], relaxation: float
    ) -> ExpectedCounts:
        """Return the expected counts after a MAP iteration, over-relaxed by the factor ``relaxation``."""
        return self._map_iteration(previous, previous.topics, included, relaxation)

    def cvb0_iteration(
        self, previous: ExpectedCounts, included: NDArray[np.bool_], relaxation: float
    ) -> ExpectedCounts:
        """Return the expected counts after a CVB0 iteration, over-relaxed by the factor ``relaxation``."""
        topics = previous.smoothed_topics(CVB0_WORD_PRIOR)
        inverse = (1 / previous.topic_totals(CVB0_WORD_PRIOR)).astype(np.float32)

        def run(block: Block, by_document: Singles, by_word: FloatArray) -> None:
            rows = block.documents
            e_step.cvb0_e_step(
                *(*block.arrays, included[rows], self._prior, topics, inverse),
                *(np.float32(relaxation), previous.by_document[rows], by_document, by_word),
            )

        return self._iterate(previous, run, relaxation)

    def fold_in(self, counts: ExpectedCounts, documents: NDArray[np.bool_]) -> ExpectedCounts:
        """Add the expected counts by document of ``documents`` (D,), which took no part in the iterations."""
        indices = np.flatnonzero(documents)
        corpus = Corpus.from_counts(self.corpus.take(indices), whole=False)
        mixtures = infer_mixtures(corpus, self.alpha, counts.topics)
        by_document = counts.by_document.copy()
        by_document[indices] = self._expected_by_document(mixtures, corpus.lengths)
        return ExpectedCounts(by_document, counts.by_word)

    def _map_iteration(
        self, previous: ExpectedCounts, topics: Singles, included: NDArray[np.bool_], relaxation: float
    ) -> ExpectedCounts:
        def run(block: Block, by_document: Singles, by_word: FloatArray) -> None:
            rows = block.documents
            e_step.map_e_step(
                *(*block.arrays, included[rows], self._prior, topics),
                *(np.float32(relaxation), previous.by_document[rows], by_document, by_word),
            )

        return self._iterate(previous, run, relaxation)

    def _iterate(self, previous: ExpectedCounts, run: EStep, relaxation: float) -> ExpectedCounts:
        by_document = previous.by_document.copy()

        def add(block: Block, by_word: FloatArray) -> None:
            run(block, by_document[block.documents], by_word)

        by_word = self.corpus.sum_blocks(previous.by_word.shape, add, self.workers)
        e_step.over_relax(np.float64(relaxation), previous.by_word, by_word)
        return ExpectedCounts(by_document, by_word)

    def _expected_by_document(self, mixtures: Singles, lengths: FloatArray) -> Singles:
        """Return the expected counts by topic of documents with the given mixtures."""
        totals = (lengths + self.alpha.sum()).astype(np.float32)
        return np.asarray(np.maximum(mixtures * totals[:, None] - self._prior, np.float32(0)))
