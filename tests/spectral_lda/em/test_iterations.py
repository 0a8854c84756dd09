"""A pass shares out every token as its formula says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em.iterations import OTHERS_WORD_PRIOR, WORD_PRIOR, Passes, Tokens
from spectral_lda.kernels import e_step
from spectral_lda.workers import ALONE

ALPHA = np.array([0.1, 0.4, 0.2])
Pair = tuple[FloatArray, FloatArray]


def example(seed: int) -> tuple[FloatArray, Tokens]:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.8, (12, 6)).astype(np.float64)
    by_document = (1 + rng.gamma(1.0, 2.0, (12, 3))).astype(np.float32)
    return counts, Tokens(by_document, 1 + rng.gamma(1.0, 5.0, (6, 3)))


def by_formula(counts: FloatArray, last: Tokens, *, others: bool) -> Pair:
    """The pass, token by token, in the words of the papers."""
    tokens, words = np.zeros((12, 3)), np.zeros((6, 3))
    counted = last.by_word + (OTHERS_WORD_PRIOR if others else WORD_PRIOR)
    beta = counted / counted.sum(axis=0)
    for d, w in zip(*np.nonzero(counts), strict=True):
        theta = last.by_document[d] + ALPHA
        part = theta * beta[w] / (theta * beta[w]).sum()
        if others:
            rest = (theta - part) * (counted[w] - part)
            part = np.maximum(rest / (counted.sum(axis=0) - part), 0)
            part /= part.sum()
        tokens[d] += counts[d, w] * part
        words[w] += counts[d, w] * part
    return tokens, words


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_by_mixture_is_a_step_of_em(seed: int) -> None:
    counts, last = example(seed)
    found = Passes(Corpus.of(counts), ALPHA, ALONE).by_mixture(last, np.ones(12, np.bool_), 0.0)
    tokens, words = by_formula(counts, last, others=False)
    np.testing.assert_allclose(found.by_document, tokens, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.by_word, words, rtol=1e-4, atol=1e-4)


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_by_others_leaves_a_tokens_own_part_out(seed: int) -> None:
    counts, last = example(seed)
    found = Passes(Corpus.of(counts), ALPHA, ALONE).by_others(last, np.ones(12, np.bool_), 0.0)
    tokens, words = by_formula(counts, last, others=True)
    # One over a difference is taken to the first order: a topic here has but some twenty tokens.
    np.testing.assert_allclose(found.by_document, tokens, rtol=0.02, atol=0.02)
    np.testing.assert_allclose(found.by_word, words, rtol=0.02, atol=0.02)


def test_every_token_is_shared_out_once() -> None:
    counts, last = example(0)
    for way in (Passes.by_mixture, Passes.by_others):
        found = way(Passes(Corpus.of(counts), ALPHA, ALONE), last, np.ones(12, np.bool_), 0.0)
        np.testing.assert_allclose(found.by_document.sum(axis=1), counts.sum(axis=1), rtol=1e-5)
        np.testing.assert_allclose(found.by_word.sum(axis=1), counts.sum(axis=0), rtol=1e-5)


def test_relaxation_goes_beyond_the_step_but_never_below_zero() -> None:
    counts, last = example(0)
    passes, everything = Passes(Corpus.of(counts), ALPHA, ALONE), np.ones(12, np.bool_)
    step, beyond = passes.by_mixture(last, everything, 0.0), passes.by_mixture(last, everything, 0.5)
    for start, reached, further in (
        (last.by_word, step.by_word, beyond.by_word),
        (last.by_document, step.by_document, beyond.by_document),
    ):
        expected = np.maximum(1.5 * reached - 0.5 * start, e_step.LEAST_LEFT * reached)
        np.testing.assert_allclose(further, expected, rtol=1e-4, atol=1e-5)


def test_documents_that_take_no_part_are_left_alone() -> None:
    counts, last = example(0)
    part = np.arange(12) % 2 == 0
    for way in (Passes.by_mixture, Passes.by_others):
        found = way(Passes(Corpus.of(counts), ALPHA, ALONE), last, part, 0.8)
        np.testing.assert_array_equal(found.by_document[~part], last.by_document[~part])
        np.testing.assert_allclose(
            way(Passes(Corpus.of(counts), ALPHA, ALONE), last, part, 0.0).by_word.sum(), counts[part].sum()
        )


def test_relaxed_passes_end_at_a_fixed_point_of_em() -> None:
    rng = np.random.default_rng(5)
    beta = rng.dirichlet(np.full(6, 0.3), 3)
    counts = np.array([rng.multinomial(40, rng.dirichlet(ALPHA * 5) @ beta) for _ in range(300)])
    passes, everything = Passes(Corpus.of(counts), ALPHA, ALONE), np.ones(300, np.bool_)
    tokens = passes.first(beta.T.astype(np.float32), everything)
    for _ in range(2000):
        tokens = passes.by_mixture(tokens, everything, 0.8)
    once_more = passes.by_mixture(tokens, everything, 0.0)
    np.testing.assert_allclose(once_more.topics, tokens.topics, atol=1e-4)


@pytest.mark.parametrize("counts", [[[2.0**53, 1.0]], [[1e-30, 2e-30]]])
def test_no_count_is_too_large_or_too_small(counts: list[list[float]]) -> None:
    passes = Passes(Corpus.of(counts, whole=False), ALPHA, ALONE)
    tokens = passes.first(np.full((2, 3), 0.5, np.float32), np.ones(1, np.bool_))
    for way in (passes.by_mixture, passes.by_others):
        assert np.isfinite(way(tokens, np.ones(1, np.bool_), 0.8).topics).all()


@pytest.mark.parametrize("way", [Passes.by_mixture, Passes.by_others])
@pytest.mark.parametrize("topics", [3, 10, 13])
def test_where_arrays_lie_in_memory_changes_no_bit(way: Any, topics: int) -> None:
    rng = np.random.default_rng(0)
    counts, alpha = rng.poisson(1.0, (20, 9)), np.full(topics, 0.1)
    last = Tokens(rng.gamma(1.0, 2.0, (20, topics)).astype(np.float32), rng.gamma(1.0, 5.0, (9, topics)))
    found, moved = set(), []
    for size in rng.integers(1, 5000, 150):
        moved.append(np.empty(size))  # what is allocated next lies elsewhere
        reached = way(Passes(Corpus.of(counts), alpha, ALONE), last, np.ones(20, np.bool_), 0.5)
        found.add(reached.by_word.tobytes())
    assert len(found) == 1
