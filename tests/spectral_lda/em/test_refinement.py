"""Refinement stops where held-out documents say, and the spectral topics are a candidate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em import refinement as module
from spectral_lda.em.refinement import Refiner
from spectral_lda.em.validation import hold_out
from spectral_lda.workers import ALONE

Run = tuple[FloatArray | None, list[float]]


def run(counts: object, alpha: FloatArray, beta: FloatArray) -> Run:
    said: list[str] = []
    corpus = Corpus.of(counts)
    held = hold_out(corpus, 0, ALONE)
    assert held is not None
    refined = Refiner(corpus, held, alpha, ALONE).refine(beta, said.append)
    return refined, [float(line.split()[-1]) for line in said]


def test_coarse_topics_come_nearer_to_the_known_ones(
    bars: Callable[[int], Any], topic_errors: Callable[[FloatArray, FloatArray], FloatArray]
) -> None:
    corpus = bars(0)
    coarse = 0.8 * corpus.beta + 0.2 / 25
    refined, scores = run(corpus.train, corpus.alpha, coarse)
    assert refined is not None
    assert topic_errors(corpus.beta, refined).max() < 0.03 < topic_errors(corpus.beta, coarse).min()
    assert scores == sorted(scores)
    np.testing.assert_allclose(refined.sum(axis=1), 1, rtol=1e-6)


def test_passes_that_make_it_worse_are_not_taken() -> None:
    rng = np.random.default_rng(0)
    beta = rng.dirichlet(np.full(500, 0.05), 20)
    # Three words a document: the known topics are better than any that such few tokens can teach.
    counts = np.array([rng.multinomial(3, rng.dirichlet(np.full(20, 0.05)) @ beta) for _ in range(400)])
    refined, scores = run(counts, np.full(20, 0.05), beta)
    assert refined is None
    assert len(scores) <= 2 + module.PATIENCE


@pytest.mark.parametrize(("standard_errors", "stands"), [(0.0, False), (2.0, True)])
def test_a_gain_that_may_be_chance_leaves_the_spectral_topics(
    monkeypatch: pytest.MonkeyPatch,
    standard_errors: float,
    stands: bool,  # noqa: FBT001 -- a case
) -> None:
    monkeypatch.setattr(module, "CLEAR_GAIN", standard_errors)
    rng = np.random.default_rng(10)
    beta = rng.dirichlet(np.full(20, 0.3), 4)
    counts = np.array([rng.multinomial(30, rng.dirichlet(np.full(4, 0.25)) @ beta) for _ in range(400)])
    refined, _ = run(counts, np.full(4, 0.25), beta)
    assert (refined is None) == stands


def test_the_passes_end_when_they_gain_no_more(bars: Callable[[int], Any]) -> None:
    corpus = bars(1)
    _, scores = run(corpus.train, corpus.alpha, 0.8 * corpus.beta + 0.2 / 25)
    assert 3 < len(scores) < module.MAX_PASSES


def short_documents() -> tuple[FloatArray, FloatArray]:
    """Six words each, of ten topics over 300 words."""
    rng = np.random.default_rng(1)
    beta = rng.dirichlet(np.full(300, 0.05), 10)
    return np.array([rng.multinomial(6, rng.dirichlet(np.full(10, 0.1)) @ beta) for _ in range(6000)]), beta


@pytest.mark.parametrize(("short", "way"), [(False, "by_mixture"), (True, "by_others")])
def test_the_held_out_documents_choose_the_way_of_sharing(
    bars: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
    short: bool,  # noqa: FBT001 -- a case
    way: str,
) -> None:
    finishing: list[str] = []
    finished = Refiner._finished

    def noted(self: Any, tokens: Any) -> Any:
        finishing.append(self._ways[0][0].__name__)
        return finished(self, tokens)

    monkeypatch.setattr(Refiner, "_finished", noted)
    counts, beta = short_documents() if short else (bars(0).train, bars(0).beta)
    run(counts, np.full(10, 0.1), 0.8 * beta + 0.2 / beta.shape[1])
    assert finishing == [way]


def test_a_word_that_no_topic_held_is_shared_out_among_the_documents_topics() -> None:
    counts = np.tile([[4, 0, 2], [0, 4, 0]], (100, 1)) + np.arange(200)[:, None] % 7 * [[1, 0, 0]]
    refined, _ = run(counts, np.array([0.5, 0.5]), np.array([[1.0, 0, 0], [0, 1.0, 0]]))
    assert refined is not None
    assert refined[0, 2] > 0.1
    assert refined[1, 2] < 0.05
