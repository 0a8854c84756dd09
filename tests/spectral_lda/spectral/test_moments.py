"""The moments equal their definition over ordered tuples of tokens."""

from itertools import permutations

import numpy as np
import pytest

from spectral_lda.corpus import Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.spectral import moments as module
from spectral_lda.spectral.moments import Moments, compute_moments
from spectral_lda.spectral.whitening import whiten
from spectral_lda.workers import SINGLE_WORKER

ALPHA0 = 0.7


def small_counts() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    counts = np.random.default_rng(3).poisson(1.0, (5, 4)) + 4 * np.eye(5, 4, dtype=np.int64)
    counts[2] = [2, 0, 0, 0]  # too short for a third moment
    counts[3] = [0, 3, 1, 0]
    return counts


def by_definition(
    counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """M1, M2 and M3 by enumerating the ordered pairs and triples of distinct tokens."""
    used = [row for row in counts if row.sum() >= 3]
    weights = np.array([(row.sum() / (row.sum() + 20)) ** 3 for row in used])
    words = counts.shape[1]
    e1, e2, e3 = np.zeros(words), np.zeros((words,) * 2), np.zeros((words,) * 3)
    for row, weight in zip(used, weights / weights.sum(), strict=True):
        tokens = np.repeat(np.arange(words), row)
        for order, total in ((1, e1), (2, e2), (3, e3)):
            positions = list(permutations(tokens, order))
            for position in positions:
                total[position] += weight / len(positions)
    a0 = ALPHA0
    cross = np.multiply.outer(e2, e1)
    m2 = a0 * (a0 + 1) * e2 - a0**2 * np.outer(e1, e1)
    m3 = a0 * (a0 + 1) * (a0 + 2) / 2 * e3 + a0**3 * np.einsum("a,b,c->abc", e1, e1, e1)
    m3 -= a0**2 * (a0 + 1) / 2 * (cross + cross.transpose(0, 2, 1) + cross.transpose(2, 1, 0))
    return e1, m2, m3


@pytest.fixture
def moments() -> Moments:
    computed = compute_moments(
        Corpus.from_counts(small_counts()), np.ones(5, np.bool_), ALPHA0, SINGLE_WORKER
    )
    assert computed is not None
    return computed


def test_the_first_two_moments_follow_their_definition(moments: Moments) -> None:
    m1, m2, _ = by_definition(small_counts())
    np.testing.assert_allclose(moments.mean, m1, atol=1e-14)
    np.testing.assert_allclose(moments.dense_second(), m2, atol=1e-14)


def test_the_operator_is_the_matrix(moments: Moments) -> None:
    np.testing.assert_allclose(moments.second(np.eye(4)), moments.dense_second(), atol=1e-14)


@pytest.mark.parametrize("batch_values", [1, 2**20])
def test_the_whitened_third_moment_follows_its_definition_in_batches_of_any_size(
    moments: Moments, monkeypatch: pytest.MonkeyPatch, batch_values: int
) -> None:
    monkeypatch.setattr(module, "BATCH_VALUES", batch_values)
    whitener = whiten(moments, 3, np.random.default_rng(0)).whitener
    assert whitener.shape[1] > 1
    _, _, m3 = by_definition(small_counts())
    expected = np.einsum("abc,ai,bj,ck->ijk", m3, whitener, whitener, whitener)
    np.testing.assert_allclose(moments.whitened_third(whitener), expected, atol=1e-5)


def test_documents_of_fewer_than_three_words_have_no_moments() -> None:
    corpus = Corpus.from_counts([[2, 0], [1, 1], [0, 0]])
    assert compute_moments(corpus, np.ones(3, np.bool_), ALPHA0, SINGLE_WORKER) is None


def test_excluded_documents_have_no_weight(moments: Moments) -> None:
    counts = np.vstack([small_counts(), [[9, 9, 0, 9]]])
    included = np.array([True] * 5 + [False])
    without = compute_moments(Corpus.from_counts(counts), included, ALPHA0, SINGLE_WORKER)
    assert without is not None
    np.testing.assert_allclose(without.dense_second(), moments.dense_second(), atol=1e-15)


def test_fractional_weights_have_no_correction_for_repeated_tokens() -> None:
    shares = np.array([[0.5, 0.25, 0.25], [0.0, 0.5, 0.5]])
    moments = compute_moments(
        Corpus.from_counts(shares, whole=False), np.ones(2, np.bool_), 1.0, SINGLE_WORKER, whole=False
    )
    assert moments is not None
    pairs = np.einsum("da,db->ab", shares, shares) / 2
    mean = shares.mean(axis=0)
    np.testing.assert_allclose(moments.dense_second(), 2 * pairs - np.outer(mean, mean), atol=1e-14)
