"""One pass over the documents: every token shared out over the topics, and summed by document and by word.

A token is shared out either by its document's whole mixture (MAP: the EM algorithm under the prior) or by all
other tokens alone (CVB0: Asuncion, Welling, Smyth, Teh: On smoothing and inference for topic models, UAI
2009, equation 10), its own part being computed on the way instead of stored. The first has one optimum a
document, which makes it the surer on long documents; the second is far better on short ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.inference.mixtures import Singles, infer_mixtures
from spectral_lda.kernels import e_step
from spectral_lda.workers import Hosts

# The prior of a word in a topic while the passes go on, in tokens. Sharing out by all other tokens wants a
# larger one: a word that is met once has no other token that speaks for its topic.
WORD_PRIOR, OTHERS_WORD_PRIOR = 0.1, 0.4
# Pairs of sweeps over a document that start from the spectral topics; the passes do the rest.
FIRST_SWEEPS = 2


@dataclass(frozen=True)
class Tokens:
    """Expected tokens by document and topic (D, K), and by word and topic (V, K)."""

    by_document: Singles
    by_word: FloatArray

    @cached_property
    def topics(self) -> Singles:
        """Beta by word, (V, K), as long as the passes go on."""
        return self.smoothed(WORD_PRIOR)

    def smoothed(self, word_prior: float) -> Singles:
        """Return beta by word, (V, K), under a prior of so many tokens for each word."""
        topics = np.empty(self.by_word.shape, np.float32)
        e_step.smooth(self.by_word, word_prior, 1 / self.totals(word_prior), topics)
        return topics

    def totals(self, word_prior: float) -> FloatArray:
        """Return the tokens of every topic, (K,), the words' prior among them."""
        return np.asarray(self._by_topic + word_prior * len(self.by_word))

    @cached_property
    def _by_topic(self) -> FloatArray:
        return np.asarray(self.by_word.sum(axis=0))


Add = Callable[[Block, Singles, FloatArray], None]


class Passes:
    """Passes over a corpus; ``documents`` (D,) says which of them take part."""

    def __init__(self, corpus: Corpus, alpha: FloatArray, hosts: Hosts) -> None:
        self.corpus, self.alpha, self.hosts = corpus, alpha, hosts
        self._prior = alpha.astype(np.float32)

    def first(self, topics: Singles, documents: NDArray[np.bool_]) -> Tokens:
        """Return how given topics (V, K) share out the tokens."""
        mixtures = infer_mixtures(self.corpus, self.alpha, topics, sweeps=FIRST_SWEEPS)
        by_document = self._expected(mixtures, self.corpus.lengths)
        nothing = Tokens(by_document, np.zeros(topics.shape))
        return self._share(nothing, topics, documents, 0.0)

    def by_mixture(self, last: Tokens, documents: NDArray[np.bool_], relaxation: float) -> Tokens:
        """Share out every token by the whole mixture of its document, and go on by ``relaxation`` steps."""
        return self._share(last, last.topics, documents, relaxation)

    def by_others(self, last: Tokens, documents: NDArray[np.bool_], relaxation: float) -> Tokens:
        """Share out every token by all other tokens, and go on by ``relaxation`` steps."""
        topics = last.smoothed(OTHERS_WORD_PRIOR)
        inverse = (1 / last.totals(OTHERS_WORD_PRIOR)).astype(np.float32)

        def add(block: Block, tokens: Singles, sums: FloatArray) -> None:
            rows = block.documents
            e_step.share_others(
                *(*block.arrays, documents[rows], self._prior, topics, inverse),
                *(np.float32(relaxation), last.by_document[rows], tokens, sums),
            )

        return self._run(last, add, relaxation)

    def fold_in(self, tokens: Tokens, documents: NDArray[np.bool_]) -> Tokens:
        """Give documents that took no part the tokens by topic that the topics say."""
        chosen = np.flatnonzero(documents)
        others = Corpus.of(self.corpus.take(chosen), whole=False)
        mixtures = infer_mixtures(others, self.alpha, tokens.topics)
        by_document = tokens.by_document.copy()
        by_document[chosen] = self._expected(mixtures, others.lengths)
        return Tokens(by_document, tokens.by_word)

    def _share(
        self, last: Tokens, topics: Singles, documents: NDArray[np.bool_], relaxation: float
    ) -> Tokens:
        def add(block: Block, tokens: Singles, sums: FloatArray) -> None:
            rows = block.documents
            e_step.share(
                *(*block.arrays, documents[rows], self._prior, topics),
                *(np.float32(relaxation), last.by_document[rows], tokens, sums),
            )

        return self._run(last, add, relaxation)

    def _run(self, last: Tokens, add: Add, relaxation: float) -> Tokens:
        by_document = last.by_document.copy()

        def add_block(block: Block, sums: FloatArray) -> None:
            add(block, by_document[block.documents], sums)

        reached = self.corpus.add_up(last.by_word.shape, add_block, self.hosts)
        e_step.go_on(np.float64(relaxation), last.by_word, reached)
        return Tokens(by_document, reached)

    def _expected(self, mixtures: Singles, lengths: FloatArray) -> Singles:
        """Return the tokens by topic that documents with such mixtures have."""
        totals = (lengths + self.alpha.sum()).astype(np.float32)
        return np.asarray(np.maximum(mixtures * totals[:, None] - self._prior, np.float32(0)))
