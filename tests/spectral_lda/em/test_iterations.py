"""An EM iteration follows the formulas of the papers."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.em.iterations import CVB0_WORD_PRIOR, EM, WORD_PRIOR, ExpectedCounts
from spectral_lda.kernels import e_step
from spectral_lda.workers import SINGLE_WORKER

ALPHA = np.array([0.1, 0.4, 0.2])
Pair = tuple[FloatArray, FloatArray]


def example(seed: int) -> tuple[FloatArray, ExpectedCounts]:
    rng = np.random.default_rng(seed)
    counts = rng.poisson(0.8, (12, 6)).astype(np.float64)
    by_document = (1 + rng.gamma(1.0, 2.0, (12, 3))).astype(np.float32)
    return counts, ExpectedCounts(by_document, 1 + rng.gamma(1.0, 5.0, (6, 3)))


def by_formula(counts: FloatArray, previous: ExpectedCounts, *, cvb0: bool) -> Pair:
    """The iteration, token by token, by the formulas of the papers."""
    tokens, words = np.zeros((12, 3)), np.zeros((6, 3))
    smoothed = previous.by_word + (CVB0_WORD_PRIOR if cvb0 else WORD_PRIOR)
    beta = smoothed / smoothed.sum(axis=0)
    for d, w in zip(*np.nonzero(counts), strict=True):
        theta = previous.by_document[d] + ALPHA
        part = theta * beta[w] / (theta * beta[w]).sum()
        if cvb0:
            rest = (theta - part) * (smoothed[w] - part)
            part = np.maximum(rest / (smoothed.sum(axis=0) - part), 0)
            part /= part.sum()
        tokens[d] += counts[d, w] * part
        words[w] += counts[d, w] * part
    return tokens, words


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_a_map_iteration_is_a_step_of_em(seed: int) -> None:
    counts, previous = example(seed)
    found = EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER).map_iteration(
        previous, np.ones(12, np.bool_), 0.0
    )
    tokens, words = by_formula(counts, previous, cvb0=False)
    np.testing.assert_allclose(found.by_document, tokens, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(found.by_word, words, rtol=1e-4, atol=1e-4)


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_cvb0_excludes_a_tokens_own_part(seed: int) -> None:
    counts, previous = example(seed)
    found = EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER).cvb0_iteration(
        previous, np.ones(12, np.bool_), 0.0
    )
    tokens, words = by_formula(counts, previous, cvb0=True)
    # 1 / (n - p) is approximated to first order, and a topic has only about twenty tokens here.
    np.testing.assert_allclose(found.by_document, tokens, rtol=0.02, atol=0.02)
    np.testing.assert_allclose(found.by_word, words, rtol=0.02, atol=0.02)


def test_the_responsibilities_of_every_token_sum_to_one() -> None:
    counts, previous = example(0)
    for iterate in (EM.map_iteration, EM.cvb0_iteration):
        found = iterate(
            EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER), previous, np.ones(12, np.bool_), 0.0
        )
        np.testing.assert_allclose(found.by_document.sum(axis=1), counts.sum(axis=1), rtol=1e-5)
        np.testing.assert_allclose(found.by_word.sum(axis=1), counts.sum(axis=0), rtol=1e-5)


def test_over_relaxation_extends_the_step_but_never_below_zero() -> None:
    counts, previous = example(0)
    em, everything = EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER), np.ones(12, np.bool_)
    step, relaxed = em.map_iteration(previous, everything, 0.0), em.map_iteration(previous, everything, 0.5)
    for start, current, further in (
        (previous.by_word, step.by_word, relaxed.by_word),
        (previous.by_document, step.by_document, relaxed.by_document),
    ):
        expected = np.maximum(1.5 * current - 0.5 * start, e_step.MIN_REMAINDER * current)
        np.testing.assert_allclose(further, expected, rtol=1e-4, atol=1e-5)


def test_excluded_documents_keep_their_counts() -> None:
    counts, previous = example(0)
    included = np.arange(12) % 2 == 0
    for iterate in (EM.map_iteration, EM.cvb0_iteration):
        found = iterate(EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER), previous, included, 0.8)
        np.testing.assert_array_equal(found.by_document[~included], previous.by_document[~included])
        np.testing.assert_allclose(
            iterate(
                EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER), previous, included, 0.0
            ).by_word.sum(),
            counts[included].sum(),
        )


def test_over_relaxed_iterations_converge_to_a_fixed_point_of_em() -> None:
    rng = np.random.default_rng(5)
    beta = rng.dirichlet(np.full(6, 0.3), 3)
    counts = np.array([rng.multinomial(40, rng.dirichlet(ALPHA * 5) @ beta) for _ in range(300)])
    em, everything = EM(Corpus.from_counts(counts), ALPHA, SINGLE_WORKER), np.ones(300, np.bool_)
    expected = em.initialize(beta.T.astype(np.float32), everything)
    for _ in range(2000):
        expected = em.map_iteration(expected, everything, 0.8)
    once_more = em.map_iteration(expected, everything, 0.0)
    np.testing.assert_allclose(once_more.topics, expected.topics, atol=1e-4)


@pytest.mark.parametrize("counts", [[[2.0**53, 1.0]], [[1e-30, 2e-30]]])
def test_extreme_counts_give_finite_topics(counts: list[list[float]]) -> None:
    em = EM(Corpus.from_counts(counts, whole=False), ALPHA, SINGLE_WORKER)
    expected = em.initialize(np.full((2, 3), 0.5, np.float32), np.ones(1, np.bool_))
    for iterate in (em.map_iteration, em.cvb0_iteration):
        assert np.isfinite(iterate(expected, np.ones(1, np.bool_), 0.8).topics).all()


@pytest.mark.parametrize("iterate", [EM.map_iteration, EM.cvb0_iteration])
@pytest.mark.parametrize("topics", [3, 10, 13])
def test_memory_addresses_change_no_bit(iterate: Any, topics: int) -> None:
    rng = np.random.default_rng(0)
    counts, alpha = rng.poisson(1.0, (20, 9)), np.full(topics, 0.1)
    previous = ExpectedCounts(
        rng.gamma(1.0, 2.0, (20, topics)).astype(np.float32), rng.gamma(1.0, 5.0, (9, topics))
    )
    results, moved = set(), []
    for size in rng.integers(1, 5000, 150):
        moved.append(np.empty(size))  # moves the next allocation
        current = iterate(
            EM(Corpus.from_counts(counts), alpha, SINGLE_WORKER), previous, np.ones(20, np.bool_), 0.5
        )
        results.add(current.by_word.tobytes())
    assert len(results) == 1
