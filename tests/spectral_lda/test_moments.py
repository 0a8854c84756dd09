"""The moments equal their definition, token by token."""

from itertools import permutations

import numpy as np
import pytest

from spectral_lda import moments as module
from spectral_lda.counts import FloatArray, as_counts
from spectral_lda.moments import Moments, compute_moments

ALPHA0 = 0.7


def small_counts() -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    counts = np.random.default_rng(3).poisson(1.0, (5, 4))
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
            places = list(permutations(tokens, order))
            for place in places:
                total[place] += weight / len(places)
    a0 = ALPHA0
    cross = np.multiply.outer(e2, e1)
    m2 = a0 * (a0 + 1) * e2 - a0**2 * np.outer(e1, e1)
    m3 = a0 * (a0 + 1) * (a0 + 2) / 2 * e3 + a0**3 * np.einsum("a,b,c->abc", e1, e1, e1)
    m3 -= a0**2 * (a0 + 1) / 2 * (cross + cross.transpose(0, 2, 1) + cross.transpose(2, 1, 0))
    return e1, m2, m3


@pytest.fixture
def moments() -> Moments:
    computed = compute_moments(as_counts(small_counts()), ALPHA0)
    assert computed is not None
    return computed


def test_the_first_two_moments_follow_their_definition(moments: Moments) -> None:
    m1, m2, _ = by_definition(small_counts())
    np.testing.assert_allclose(moments.mean, m1, atol=1e-14)
    np.testing.assert_allclose(moments.dense_second(), m2, atol=1e-14)


def test_the_operator_is_the_matrix(moments: Moments) -> None:
    np.testing.assert_allclose(moments.second(np.eye(4)), moments.dense_second(), atol=1e-14)


@pytest.mark.parametrize("batch_numbers", [1, 2**22])
def test_the_whitened_third_moment_follows_its_definition_in_batches_of_any_size(
    moments: Moments, monkeypatch: pytest.MonkeyPatch, batch_numbers: int
) -> None:
    monkeypatch.setattr(module, "BATCH_NUMBERS", batch_numbers)
    whitener = np.random.default_rng(0).standard_normal((4, 3))
    _, _, m3 = by_definition(small_counts())
    expected = np.einsum("abc,ai,bj,ck->ijk", m3, whitener, whitener, whitener)
    np.testing.assert_allclose(moments.whitened_third(whitener), expected, atol=1e-13)


def test_documents_of_fewer_than_three_words_have_no_moments() -> None:
    assert compute_moments(as_counts([[2, 0], [1, 1], [0, 0]]), ALPHA0) is None
