"""Validation documents stop the refinement; the spectral topics are a candidate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em import refinement as module
from spectral_lda.em.refinement import Refiner
from spectral_lda.em.validation import choose_validation_set
from spectral_lda.workers import SINGLE_WORKER

Run = tuple[FloatArray | None, list[float]]


def run(counts: object, alpha: FloatArray, beta: FloatArray) -> Run:
    messages: list[str] = []
    corpus = Corpus.from_counts(counts)
    validation = choose_validation_set(corpus, 0, SINGLE_WORKER)
    assert validation is not None
    refined = Refiner(corpus, validation, alpha, SINGLE_WORKER).refine(beta, messages.append)
    return refined, [float(line.split()[-1]) for line in messages]


def test_coarse_topics_approach_the_known_ones(
    bars: Callable[[int], Any], topic_errors: Callable[[FloatArray, FloatArray], FloatArray]
) -> None:
    corpus = bars(0)
    coarse = 0.8 * corpus.beta + 0.2 / 25
    refined, scores = run(corpus.train, corpus.alpha, coarse)
    assert refined is not None
    assert topic_errors(corpus.beta, refined).max() < 0.03 < topic_errors(corpus.beta, coarse).min()
    assert scores == sorted(scores)
    np.testing.assert_allclose(refined.sum(axis=1), 1, rtol=1e-6)


def test_iterations_that_lower_the_score_are_discarded() -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(500, 0.05), 20)
    # Three words per document: too few tokens to learn topics better than the known ones.
    counts = np.array([rng.multinomial(3, rng.dirichlet(np.full(20, 0.05)) @ beta) for _ in range(400)])
    refined, scores = run(counts, np.full(20, 0.05), beta)
    assert refined is None
    assert len(scores) <= 2 + module.PATIENCE


@pytest.mark.parametrize(("standard_errors", "rejected"), [(0.0, False), (2.0, True)])
def test_an_insignificant_gain_keeps_the_spectral_topics(
    monkeypatch: pytest.MonkeyPatch,
    standard_errors: float,
    rejected: bool,  # noqa: FBT001 -- a case
) -> None:
    monkeypatch.setattr(module, "SIGNIFICANT_GAIN", standard_errors)
    rng = np.random.default_rng(10)
    beta = rng.dirichlet(np.full(20, 0.3), 4)
    counts = np.array([rng.multinomial(30, rng.dirichlet(np.full(4, 0.25)) @ beta) for _ in range(400)])
    refined, _ = run(counts, np.full(4, 0.25), beta)
    assert (refined is None) == rejected


def test_the_iterations_end_when_the_score_stops_improving(bars: Callable[[int], Any]) -> None:
    corpus = bars(1)
    _, scores = run(corpus.train, corpus.alpha, 0.8 * corpus.beta + 0.2 / 25)
    assert 3 < len(scores) < module.MAX_ITERATIONS


def short_documents() -> tuple[FloatArray, FloatArray]:
    """Documents of six words, from ten topics over 300 words."""
    rng = np.random.default_rng(1)
    beta = rng.dirichlet(np.full(300, 0.05), 10)
    return np.array([rng.multinomial(6, rng.dirichlet(np.full(10, 0.1)) @ beta) for _ in range(6000)]), beta


@pytest.mark.parametrize(("short", "rule"), [(False, "map_iteration"), (True, "cvb0_iteration")])
def test_the_validation_documents_choose_the_update_rule(
    bars: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
    short: bool,  # noqa: FBT001 -- a case
    rule: str,
) -> None:
    used: list[str] = []
    final_topics = Refiner._final_topics

    def recorded(self: Any, counts: Any) -> Any:
        used.append(self._update_rules[0][0].__name__)
        return final_topics(self, counts)

    monkeypatch.setattr(Refiner, "_final_topics", recorded)
    counts, beta = short_documents() if short else (bars(0).train, bars(0).beta)
    run(counts, np.full(10, 0.1), 0.8 * beta + 0.2 / beta.shape[1])
    assert used == [rule]


def test_a_word_without_a_topic_is_assigned_to_its_documents_topics() -> None:
    counts = np.tile([[4, 0, 2], [0, 4, 0]], (100, 1)) + np.arange(200)[:, None] % 7 * [[1, 0, 0]]
    refined, _ = run(counts, np.array([0.5, 0.5]), np.array([[1.0, 0, 0], [0, 1.0, 0]]))
    assert refined is not None
    assert refined[0, 2] > 0.1
    assert refined[1, 2] < 0.05
