"""Refinement: passes over the documents from the spectral topics on, judged on held-out documents.

The moments use three words of a document at a time; the passes use all of them. The prior stays as it is:
learned here, it runs away on short texts. A fixed number of passes can make a model worse, so documents that
no pass sees decide how many count, and which of the two ways to share out a token: none is a candidate.
docs/engine.md tells how the constants were chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.holdout import Holdout
from spectral_lda.hosts import Hosts
from spectral_lda.mixtures import Singles, infer_mixtures, topics_by_word
from spectral_lda.passes import Passes, Tokens
from spectral_lda.scoring import mean_log_likelihood

# A pass that gains less than this share of what all have gained ends the search.
SMALLEST_GAIN = 0.002
# Passes after which the spectral topics stand if they are the best yet.
PATIENCE = 3
MAX_PASSES = 100
# The probability that a held-out word keeps beside the topics, so that no word unknown to them decides.
BACKGROUND = 0.01


@dataclass(frozen=True)
class _State:
    tokens: Tokens
    score: float


class Refiner:
    """The documents of a corpus, of which some judge what is learned from the others."""

    def __init__(self, corpus: Corpus, held: Holdout, alpha: FloatArray, hosts: Hosts) -> None:
        self.held, self.alpha, self.hosts = held, alpha, hosts
        self._passes = Passes(corpus, alpha, hosts)
        # The one in front goes on.
        self._ways = [self._passes.by_mixture, self._passes.by_others]
        self._mixtures: Singles | None = None

    def refine(self, beta: FloatArray, observe: Callable[[str], None]) -> FloatArray | None:
        """Return better topics (K, V) than ``beta``, or None if the held-out documents know none."""
        topics = topics_by_word(beta)
        start = self._judge(topics)
        observe(f"Refinement pass 0: held-out log-likelihood per word {start:.6f}")
        state: _State | None = self._judged(self._passes.first(topics, ~self.held.chosen))
        best = state
        for number in range(1, MAX_PASSES + 1):
            if state is None or (number > PATIENCE and state.score <= start):
                break
            best = state
            observe(f"Refinement pass {number}: held-out log-likelihood per word {best.score:.6f}")
            state = self._next(best, best.score + SMALLEST_GAIN * max(0.0, best.score - start))
        return self._finished(best.tokens) if best and best.score > start else None

    def _next(self, last: _State, least: float) -> _State | None:
        """Return the state after a pass that scores above ``least``, if there is one.

        Where the way in front doesn't, the other is tried, and goes on if it is better.
        """
        found = self._judged(self._ways[0](last.tokens, ~self.held.chosen))
        if found.score <= least:
            other = self._judged(self._ways[1](last.tokens, ~self.held.chosen))
            if other.score > found.score:
                self._ways.reverse()
                found = other
        return found if found.score > least else None

    def _finished(self, tokens: Tokens) -> FloatArray:
        """Return the topics (K, V) after a pass over all documents, those that judged included."""
        everything = np.ones_like(self.held.chosen)
        folded = self._passes.fold_in(tokens, self.held.chosen)
        topics = self._ways[0](folded, everything, 0.0).topics
        return np.ascontiguousarray(topics.T, dtype=np.float64)

    def _judged(self, tokens: Tokens) -> _State:
        return _State(tokens, self._judge(tokens.topics))

    def _judge(self, topics: Singles) -> float:
        """Return how well the topics find the second halves of the held-out documents by the first."""
        self._mixtures = infer_mixtures(self.held.given, self.alpha, topics, start=self._mixtures)
        return mean_log_likelihood(
            self.held.wanted, self._mixtures, topics, background=BACKGROUND, hosts=self.hosts
        )
