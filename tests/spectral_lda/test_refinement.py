"""Refinement stops where held-out documents say, and the spectral topics are a candidate."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spectral_lda import refinement as module
from spectral_lda.counts import FloatArray, as_counts
from spectral_lda.refinement import hold_out, refine


def run(counts: object, alpha: FloatArray, beta: FloatArray) -> tuple[FloatArray, list[float]]:
    said: list[str] = []
    split = hold_out(as_counts(counts), np.random.default_rng(0))
    assert split is not None
    refined = refine(split, alpha, beta, said.append)
    return refined, [float(line.split()[-1]) for line in said]


def test_coarse_topics_come_nearer_to_the_known_ones(
    bars: Callable[[int], Any], topic_errors: Callable[[FloatArray, FloatArray], FloatArray]
) -> None:
    corpus = bars(0)
    coarse = 0.8 * corpus.beta + 0.2 / 25
    refined, scores = run(corpus.train, corpus.alpha, coarse)
    assert topic_errors(corpus.beta, refined).max() < 0.03 < topic_errors(corpus.beta, coarse).min()
    assert max(scores) > scores[0]
    np.testing.assert_allclose(refined.sum(axis=1), 1)


def test_passes_that_make_it_worse_are_not_taken(
    monkeypatch: pytest.MonkeyPatch, bars: Callable[[int], Any]
) -> None:
    corpus = bars(0)
    monkeypatch.setattr(module._Statistics, "topics", lambda _: np.roll(corpus.beta, 1, axis=1), raising=True)
    refined, scores = run(corpus.train, corpus.alpha, corpus.beta)
    assert refined is corpus.beta
    assert len(scores) == 1 + module.PATIENCE


@pytest.mark.parametrize(("documents", "held_out"), [(100, 10), (1600, 80)])
def test_the_documents_held_out_are_not_learned_from(
    bars: Callable[[int], Any], documents: int, held_out: int
) -> None:
    train = bars(0).train[:documents]
    split = hold_out(as_counts(np.vstack([train, np.zeros((5, 25))])), np.random.default_rng(0))
    assert split is not None
    assert split.given.shape[0] == split.wanted.shape[0] == held_out
    whole = (split.given + split.wanted).toarray()
    parts = np.vstack([split.kept.toarray(), whole])
    assert sorted(parts.tolist()) == sorted(train.tolist())


def test_a_corpus_too_small_to_hold_documents_out_is_not_refined(bars: Callable[[int], Any]) -> None:
    assert hold_out(as_counts(bars(0).train[:99]), np.random.default_rng(0)) is None


def test_a_word_that_no_topic_held_is_shared_out_among_the_documents_topics() -> None:
    counts = np.tile([[4, 0, 2], [0, 4, 0]], (100, 1))
    refined, _ = run(counts, np.array([0.5, 0.5]), np.array([[1.0, 0, 0], [0, 1.0, 0]]))
    assert refined[0, 2] > 0.25
    assert refined[1, 2] < 0.05
