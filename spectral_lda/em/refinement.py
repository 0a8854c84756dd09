"""Refinement: passes over the documents from the spectral topics on, judged on held-out documents.

The moments use three words of a document at a time; the passes use all of them. The prior stays as it is:
learned here, it runs away on short texts. A fixed number of passes can make a model worse, so documents that
no pass sees decide how many count, and which of the two ways to share out a token: none is a candidate.
docs/engine.md tells how the constants were chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em.iterations import Passes, Tokens
from spectral_lda.em.validation import Holdout
from spectral_lda.inference.likelihood import log_likelihoods, per_token
from spectral_lda.inference.mixtures import Singles, infer_mixtures, topics_by_word
from spectral_lda.workers import Hosts

# A pass goes on by this share of its own step. EM converges up to 1, and fastest a little below; sharing out
# by the other tokens, where documents are short, only with more care.
MIXTURE_RELAXATION, OTHERS_RELAXATION = 0.8, 0.5
# What the held-out documents choose the words' prior in a finished topic from, in tokens.
WORD_PRIORS = (0.01, 0.03, 0.1)
# A pass that gains less than this share of what all have gained ends the search; one of the first need only
# gain something, as some corpora start slowly.
SMALLEST_GAIN = 0.002
FEWEST_PASSES = 10
# Passes after which the spectral topics stand if they are the best yet.
PATIENCE = 3
MAX_PASSES = 100
# The passes' gain, in standard errors over the documents that judge, from which the spectral topics give way:
# where the model holds, a gain by chance would cost more than the passes can give.
CLEAR_GAIN = 2.0
# What ends the inference of the held-out documents' mixtures: a tenth of this, a score to five digits, takes
# twice the time.
JUDGING_TOLERANCE = 1e-4
# The probability that a held-out word keeps beside the topics, so that no word unknown to them decides.
BACKGROUND = 0.01


_Way = tuple[Callable[[Tokens, NDArray[np.bool_], float], Tokens], float]


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
        self._ways: list[_Way] = [
            (self._passes.by_mixture, MIXTURE_RELAXATION),
            (self._passes.by_others, OTHERS_RELAXATION),
        ]
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
            enough = SMALLEST_GAIN * max(0.0, best.score - start)
            state = self._next(best, enough, patient=number < FEWEST_PASSES)
        return self._finished(best.tokens) if best and self._is_clear(best.tokens.topics, topics) else None

    def _next(self, last: _State, enough: float, *, patient: bool) -> _State | None:
        """Return the state after a pass that gains enough, if some way leads to one.

        While it is ``patient``, any gain is enough to go on as before, but not to change the way.
        """
        for place, (share, relaxation) in enumerate(self._ways):
            found = self._judged(share(last.tokens, ~self.held.chosen, relaxation))
            if found.score > last.score + (0.0 if patient and place == 0 else enough):
                self._ways.insert(0, self._ways.pop(place))
                return found
        return None

    def _is_clear(self, topics: Singles, spectral: Singles) -> bool:
        """Tell whether the topics are better than the spectral ones by more than chance."""
        gains = self._both_ways(topics) - self._both_ways(spectral)
        documents, total, squares = self.hosts.total(np.array([gains.size, gains.sum(), gains @ gains]))
        return bool(total > CLEAR_GAIN * np.sqrt(squares - total**2 / documents))

    def _both_ways(self, topics: Singles) -> FloatArray:
        """Return how well the topics find each half of the held-out documents by the other, (D,)."""
        given, wanted = self.held.given, self.held.wanted
        return self._scores(given, wanted, topics) + self._scores(wanted, given, topics)

    def _scores(self, given: Corpus, wanted: Corpus, topics: Singles) -> FloatArray:
        mixtures = infer_mixtures(given, self.alpha, topics, tolerance=JUDGING_TOLERANCE)
        return log_likelihoods(wanted, mixtures, topics, background=BACKGROUND)

    def _finished(self, tokens: Tokens) -> FloatArray:
        """Return the topics (K, V) after a pass over all documents, those that judged included."""
        prior = max(WORD_PRIORS, key=lambda prior: self._judge(tokens.smoothed(prior), background=0.0))
        everything = np.ones_like(self.held.chosen)
        folded = self._passes.fold_in(tokens, self.held.chosen)
        share, _ = self._ways[0]
        topics = share(folded, everything, 0.0).smoothed(prior)
        return np.ascontiguousarray(topics.T, dtype=np.float64)

    def _judged(self, tokens: Tokens) -> _State:
        return _State(tokens, self._judge(tokens.topics))

    def _judge(self, topics: Singles, background: float = BACKGROUND) -> float:
        """Return how well the topics find the second halves of the held-out documents by the first."""
        self._mixtures = infer_mixtures(
            *(self.held.given, self.alpha, topics), start=self._mixtures, tolerance=JUDGING_TOLERANCE
        )
        found = log_likelihoods(self.held.wanted, self._mixtures, topics, background=background)
        return per_token(self.held.wanted, found, self.hosts)
