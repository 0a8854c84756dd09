"""Refinement of the spectral topics by EM iterations, stopped by validation documents.

The moments use three words of a document at a time; EM uses all of them. The prior alpha is not learned here:
on short texts it diverges. A fixed number of iterations can make a model worse, so the number of iterations
and the update rule are chosen by the score on validation documents, which no iteration uses; zero iterations
are a candidate. docs/engine.md shows how the constants were chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em.iterations import EM, ExpectedCounts
from spectral_lda.em.validation import ValidationSet
from spectral_lda.inference.likelihood import BACKGROUND, log_likelihoods, per_token
from spectral_lda.inference.mixtures import infer_mixtures, topics_by_word
from spectral_lda.kernels.compiling import Singles
from spectral_lda.workers import Workers

# Over-relaxation: each iteration adds this share of its own step. EM converges up to 1, and fastest a little
# below. CVB0 on short documents needs less.
MAP_RELAXATION, CVB0_RELAXATION = 0.8, 0.5
# The candidates for the words' prior in the final topics, in tokens; the validation score selects one.
WORD_PRIORS = (0.01, 0.03, 0.1)
# An iteration that gains less than this share of the total gain ends the search. During the first iterations
# any gain is enough, because some corpora start slowly.
MIN_GAIN = 0.002
MIN_ITERATIONS = 10
# The search ends if the spectral topics are still the best after this number of iterations.
PATIENCE = 3
MAX_ITERATIONS = 100
# The gain, in standard errors over the validation documents, from which the refined topics replace the
# spectral ones: on data from the model itself, a gain by chance costs more than EM can improve.
SIGNIFICANT_GAIN = 2.0
# The tolerance of the validation documents' mixtures: a tenth of it, for scores to five digits, takes twice
# the time.
VALIDATION_TOLERANCE = 1e-4


_UpdateRule = tuple[Callable[[ExpectedCounts, NDArray[np.bool_], float], ExpectedCounts], float]


@dataclass(frozen=True)
class _Candidate:
    counts: ExpectedCounts
    score: float


class Refiner:
    """EM on the training documents of a corpus, scored on its validation documents."""

    def __init__(
        self, corpus: Corpus, validation: ValidationSet, alpha: FloatArray, workers: Workers
    ) -> None:
        self.validation, self.alpha, self.workers = validation, alpha, workers
        self._em = EM(corpus, alpha, workers)
        # The rule in use comes first.
        self._update_rules: list[_UpdateRule] = [
            (self._em.map_iteration, MAP_RELAXATION),
            (self._em.cvb0_iteration, CVB0_RELAXATION),
        ]
        self._mixtures: Singles | None = None

    def refine(self, beta: FloatArray, observe: Callable[[str], None]) -> FloatArray | None:
        """Return better topics (K, V) than ``beta``, or None if the validation documents show none."""
        topics = topics_by_word(beta)
        start = self._validate(topics)
        observe(f"EM iteration 0: validation log-likelihood per word {start:.6f}")
        candidate: _Candidate | None = self._scored(self._em.initialize(topics, ~self.validation.documents))
        best = candidate
        for number in range(1, MAX_ITERATIONS + 1):
            if candidate is None or (number > PATIENCE and candidate.score <= start):
                break
            best = candidate
            observe(f"EM iteration {number}: validation log-likelihood per word {best.score:.6f}")
            min_gain = MIN_GAIN * max(0.0, best.score - start)
            candidate = self._next(best, min_gain, patient=number < MIN_ITERATIONS)
        if best is None or not self._is_better(best.counts.topics, topics):
            return None
        return self._final_topics(best.counts)

    def _next(self, last: _Candidate, min_gain: float, *, patient: bool) -> _Candidate | None:
        """Return the candidate after an iteration that gains more than ``min_gain``, None if no rule does.

        If ``patient``, any gain is enough to keep the current rule, but not to change it.
        """
        for position, (iterate, relaxation) in enumerate(self._update_rules):
            candidate = self._scored(iterate(last.counts, ~self.validation.documents, relaxation))
            if candidate.score > last.score + (0.0 if patient and position == 0 else min_gain):
                self._update_rules.insert(0, self._update_rules.pop(position))
                return candidate
        return None

    def _is_better(self, topics: Singles, spectral: Singles) -> bool:
        """Return whether the topics are significantly better than the spectral ones."""
        gains = self._score_both_halves(topics) - self._score_both_halves(spectral)
        documents, total, squares = self.workers.all_reduce_sum(
            np.array([gains.size, gains.sum(), gains @ gains])
        )
        return bool(total > SIGNIFICANT_GAIN * np.sqrt(squares - total**2 / documents))

    def _score_both_halves(self, topics: Singles) -> FloatArray:
        """Return the log-likelihood of both halves of the validation documents given the other, (D,)."""
        observed, held_out = self.validation.observed, self.validation.held_out
        return self._score(observed, held_out, topics) + self._score(held_out, observed, topics)

    def _score(self, observed: Corpus, held_out: Corpus, topics: Singles) -> FloatArray:
        mixtures = infer_mixtures(observed, self.alpha, topics, tolerance=VALIDATION_TOLERANCE)
        return log_likelihoods(held_out, mixtures, topics, background=BACKGROUND)

    def _final_topics(self, counts: ExpectedCounts) -> FloatArray:
        """Return the topics (K, V) after an iteration over all documents, validation documents included."""
        prior = max(
            WORD_PRIORS, key=lambda prior: self._validate(counts.smoothed_topics(prior), background=0.0)
        )
        everything = np.ones_like(self.validation.documents)
        folded = self._em.fold_in(counts, self.validation.documents)
        iterate, _ = self._update_rules[0]
        topics = iterate(folded, everything, 0.0).smoothed_topics(prior)
        return np.ascontiguousarray(topics.T, dtype=np.float64)

    def _scored(self, counts: ExpectedCounts) -> _Candidate:
        return _Candidate(counts, self._validate(counts.topics))

    def _validate(self, topics: Singles, background: float = BACKGROUND) -> float:
        """Return the log-likelihood per word of the validation documents' held-out halves."""
        self._mixtures = infer_mixtures(
            *(self.validation.observed, self.alpha, topics),
            start=self._mixtures,
            tolerance=VALIDATION_TOLERANCE,
        )
        scores = log_likelihoods(self.validation.held_out, self._mixtures, topics, background=background)
        return per_token(self.validation.held_out, scores, self.workers)
