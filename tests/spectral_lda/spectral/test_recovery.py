"""Topics are distributions, and splitting them changes no moment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spectral_lda.counts import FloatArray
from spectral_lda.spectral.decomposition import Decomposition
from spectral_lda.spectral.recovery import (
    keep_largest,
    project_to_simplex,
    recover,
    scale_prior,
    split_topics,
)
from spectral_lda.spectral.whitening import Whitening

rows = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=st.floats(-5, 5))


@given(rows)
def test_a_projection_is_a_distribution(points: FloatArray) -> None:
    projected = project_to_simplex(points)
    assert (projected >= 0).all()
    np.testing.assert_allclose(projected.sum(axis=1), 1, atol=1e-12)


@given(rows)
def test_the_projection_is_the_nearest_distribution(points: FloatArray) -> None:
    projected = project_to_simplex(points)
    # The angle between the direction to the point and to any corner of the simplex is never acute.
    directions = points - projected
    cosines = directions - np.einsum("nv,nv->n", directions, projected)[:, None]
    assert (cosines <= 1e-9).all()


@given(rows)
def test_projecting_twice_changes_nothing(points: FloatArray) -> None:
    once = project_to_simplex(points)
    np.testing.assert_allclose(project_to_simplex(once), once, atol=1e-12)


def test_exact_components_recover_the_model() -> None:
    generator = np.random.default_rng(0)
    alpha, beta = np.array([0.5, 0.3, 0.2]), generator.dirichlet(np.ones(8), 3)
    values, vectors = np.linalg.eigh((beta.T * alpha) @ beta)
    whitening = Whitening(values[-3:], vectors[:, -3:], noise=0.0)
    whitened = whitening.whitener.T @ (beta.T * np.sqrt(alpha))
    components = Decomposition(whitened, alpha**-0.5, error=0.0, iterations=1, converged=True)
    found_alpha, found_beta = recover(whitening, components, 1.0)
    np.testing.assert_allclose(found_alpha, alpha, atol=1e-9)
    np.testing.assert_allclose(found_beta, beta, atol=1e-9)


def test_a_negligible_prior_is_raised_and_the_sum_unchanged() -> None:
    alpha = scale_prior(np.array([1e300, 1.0, 1e-300]), 2.0)
    assert alpha.sum() == pytest.approx(2.0)
    assert alpha.min() == pytest.approx(2.0 * 0.01 / 3, rel=0.01)


def test_the_topics_with_the_largest_priors_are_returned_in_order() -> None:
    alpha, beta = keep_largest(np.array([1.0, 3.0, 2.0]), np.eye(3), 2)
    assert beta.tolist() == [[0, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(alpha, [3.6, 2.4])


def test_splitting_preserves_the_second_moment() -> None:
    alpha, beta = np.array([0.7, 0.3]), np.array([[0.5, 0.5, 0], [0, 0, 1.0]])
    more_alpha, more_beta = split_topics(alpha, beta, 5)
    assert more_beta.shape == (5, 3)
    np.testing.assert_allclose((more_beta.T * more_alpha) @ more_beta, (beta.T * alpha) @ beta)


def test_a_very_large_number_of_topics_is_possible() -> None:
    alpha, beta = split_topics(np.array([0.7, 0.3]), np.array([[0.5, 0.5], [0, 1.0]]), 200_000)
    assert beta.shape == (200_000, 2)
    assert alpha.max() <= 2 * alpha.min() + 1e-12
    assert alpha.sum() == pytest.approx(1)
