"""A topic mixture is the maximum of a concave function and depends on its own document only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spectral_lda import corpus as corpus_module
from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.inference.mixtures import infer_mixtures, topics_by_word

ALPHA = np.array([0.3, 0.5, 0.2])
BETA = np.random.default_rng(0).dirichlet(np.ones(6), 3)


def infer(counts: object, beta: FloatArray = BETA) -> FloatArray:
    corpus = Corpus.from_counts(counts, whole=False)
    return infer_mixtures(corpus, ALPHA, topics_by_word(beta)).astype(np.float64)


def objective(counts: FloatArray, mixture: FloatArray) -> float:
    return float(counts @ np.log(mixture @ BETA) + ALPHA @ np.log(mixture))


@given(st.lists(st.integers(0, 20), min_size=6, max_size=6), st.integers(0, 2**32 - 1))
def test_no_other_mixture_explains_a_document_better(document: list[int], seed: int) -> None:
    counts = np.array(document, dtype=np.float64)
    (found,) = infer(counts[None])
    assert found.sum() == pytest.approx(1, abs=1e-6)
    other = np.random.default_rng(seed).dirichlet(np.ones(3))
    assert objective(counts, found) >= objective(counts, (found + other) / 2) - 1e-3


@given(st.lists(st.integers(0, 20), min_size=6, max_size=6).filter(any))
def test_the_mixture_is_the_fixed_point(document: list[int]) -> None:
    counts = np.array(document, dtype=np.float64)
    (found,) = infer(counts[None])
    tokens = found * (BETA @ (counts / (found @ BETA)))
    np.testing.assert_allclose((tokens + ALPHA) / (counts.sum() + ALPHA.sum()), found, atol=1e-4)


def test_an_empty_document_has_the_mean_of_the_prior() -> None:
    np.testing.assert_allclose(infer(np.zeros((1, 6))), ALPHA[None], rtol=1e-6)


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1e-45, 1e-40, 1e-31, 1e-20])
def test_a_document_of_negligible_weight_has_the_mean_of_the_prior(weight: float) -> None:
    np.testing.assert_allclose(infer(np.full((1, 6), weight)), ALPHA[None], rtol=1e-6)


def test_a_word_without_a_topic_does_not_change_the_mixture() -> None:
    beta = np.hstack([BETA, np.zeros((3, 1))])
    known = [3, 0, 1, 0, 0, 2]
    with_it, without = infer([[*known, 9], [*known, 0]], beta)
    # It only lengthens the document, which changes the rounding.
    np.testing.assert_allclose(with_it, without, atol=1e-5)


@pytest.mark.parametrize("count", [1e-30, 1.0, 2.0**53])
def test_extreme_counts_have_a_mixture(count: float) -> None:
    (found,) = infer(np.array([[count, 0, 0, 0, 0, count]]))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1, abs=1e-6)


def test_a_documents_mixture_depends_on_no_other_document(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.random.default_rng(1).poisson(2.0, (40, 6))
    together = infer(counts)
    monkeypatch.setattr(corpus_module, "BLOCK_NONZEROS", 1)
    np.testing.assert_array_equal(infer(counts), together)
