"""Planted components are recovered up to their order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spectral_lda.counts import FloatArray
from spectral_lda.spectral.decomposition import Decomposition, decompose


def run(tensor: FloatArray, *, restarts: int = 10, iterations: int = 1000, seed: int = 0) -> Decomposition:
    return decompose(
        tensor,
        max_restarts=restarts,
        max_iterations=iterations,
        tol=1e-8,
        rng=np.random.default_rng(seed),
        observe=lambda _: None,
    )


def planted(width: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    generator = np.random.default_rng(seed)
    vectors = np.linalg.qr(generator.standard_normal((width, width)))[0]
    weights = generator.uniform(1, 4, width)
    return np.einsum("k,ak,bk,ck->abc", weights, vectors, vectors, vectors), vectors, weights


@given(width=st.integers(1, 8), seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_orthonormal_components_are_found_with_their_signs(width: int, seed: int) -> None:
    tensor, vectors, weights = planted(width, seed)
    found = run(tensor)
    assert found.error < 1e-3
    overlap = vectors.T @ found.vectors
    np.testing.assert_allclose(overlap.max(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(found.weights, weights[overlap.argmax(axis=0)], rtol=1e-6)


def test_a_restart_that_finds_the_same_components_is_the_last() -> None:
    messages: list[str] = []
    tensor = planted(4, 0)[0]
    rng = np.random.default_rng(0)
    decompose(tensor, max_restarts=10, max_iterations=100, tol=1e-8, rng=rng, observe=messages.append)
    assert [line for line in messages if line.startswith("Restart")] == ["Restart 1/10", "Restart 2/10"]


def test_the_best_restart_is_returned_and_each_is_reported() -> None:
    messages: list[str] = []
    noise = np.random.default_rng(1).standard_normal((4, 4, 4))
    symmetric = np.array([noise.transpose(order) for order in permutations(range(3))]).sum(axis=0)
    best = decompose(
        symmetric,
        max_restarts=4,
        max_iterations=100,
        tol=1e-8,
        rng=np.random.default_rng(0),
        observe=messages.append,
    )
    errors = [float(line.split()[2]) for line in messages if line.startswith("Reconstruction error")]
    assert len(errors) == 4
    assert min(errors) < max(errors)
    assert best.error == pytest.approx(min(errors), rel=1e-5)
    assert messages[0] == "Restart 1/4"
    assert messages[-1].startswith("Best reconstruction error")


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_weights_are_positive_after_any_number_of_iterations(seed: int) -> None:
    noise = np.random.default_rng(seed).standard_normal((4, 4, 4))
    tensor = np.array([noise.transpose(order) for order in permutations(range(3))]).sum(axis=0)
    found = run(tensor, restarts=1, iterations=1, seed=seed)
    assert (found.weights >= 0).all()
    along = np.einsum("abc,ak,bk,ck->k", tensor, found.vectors, found.vectors, found.vectors)
    np.testing.assert_allclose(along, found.weights, atol=1e-9)


def test_max_iterations_is_the_limit() -> None:
    tensor, _, _ = planted(6, 0)
    found = run(tensor, restarts=1, iterations=2)
    assert found.iterations == 2


def test_a_tensor_of_zeros_is_decomposed_without_a_warning() -> None:
    found = run(np.zeros((2, 2, 2)))
    np.testing.assert_array_equal(found.weights, 0)
    assert np.isfinite(found.vectors).all()
