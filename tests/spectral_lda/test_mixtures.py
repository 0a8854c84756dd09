"""Topic mixtures: the maximum of a concave function, the same in batches of any size."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_lda import mixtures as module
from spectral_lda.counts import FloatArray, as_counts
from spectral_lda.mixtures import document_batches, infer_mixtures

ALPHA = np.array([0.3, 0.5, 0.2])
BETA = np.random.default_rng(0).dirichlet(np.ones(6), 3)


def objective(counts: FloatArray, mixture: FloatArray) -> float:
    return float(counts @ np.log(mixture @ BETA) + ALPHA @ np.log(mixture))


@given(st.lists(st.integers(0, 20), min_size=6, max_size=6), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_no_other_mixture_explains_a_document_better(document: list[int], seed: int) -> None:
    counts = np.array(document, dtype=np.float64)
    (found,) = infer_mixtures(as_counts(counts[None]), ALPHA, BETA)
    assert found.sum() == pytest.approx(1)
    other = np.random.default_rng(seed).dirichlet(np.ones(3))
    assert objective(counts, found) >= objective(counts, (found + other) / 2) - 1e-3


def test_an_empty_document_gets_the_priors_mean() -> None:
    np.testing.assert_allclose(infer_mixtures(as_counts(np.zeros((1, 6))), ALPHA, BETA), ALPHA[None])


def test_a_word_that_no_topic_holds_says_nothing() -> None:
    beta = np.hstack([BETA, np.zeros((3, 1))])
    known = [3, 0, 1, 0, 0, 2]
    with_and_without = infer_mixtures(as_counts([[*known, 9], [*known, 0]]), ALPHA, beta)
    np.testing.assert_array_equal(with_and_without[0], with_and_without[1])


def test_a_documents_mixture_depends_on_no_other_document(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = as_counts(np.random.default_rng(1).poisson(2.0, (40, 6)))
    together = infer_mixtures(counts, ALPHA, BETA)
    monkeypatch.setattr(module, "BATCH_NUMBERS", 60)
    np.testing.assert_allclose(infer_mixtures(counts, ALPHA, BETA), together, atol=1e-12)


def test_batches_cover_every_document_once_also_those_larger_than_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BATCH_NUMBERS", 4)
    counts = as_counts([[1, 1, 1, 1, 1], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 0, 0]])
    covered = [row for rows in document_batches(counts, 2) for row in range(rows.start, rows.stop)]
    assert covered == [0, 1, 2, 3]
