"""Decomposition of the whitened tensor into orthonormal components by alternating least squares.

The whitened tensor is sum_k lambda_k v_k (x) v_k (x) v_k with orthonormal v_k (Anandkumar et al. 2014,
section 4). One iteration solves the least squares problem for one factor with the other two at their previous
value. These are orthonormal, so the solution is T_(1) (V (.) V), and its polar factor, the nearest
orthonormal matrix, is the next V. The orthogonalisation in every iteration prevents two components
from converging to the same topic (Sharan and Valiant, Orthogonalized ALS, ICML 2017,
https://proceedings.mlr.press/v70/sharan17a.html).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spectral_lda.counts import FloatArray

# Restarts whose relative errors differ by no more than this have found the same components.
SAME_ERROR = 1e-3
# The share of the last change that is added to each iteration (heavy-ball momentum): real texts take half the
# iterations. Closer to 1 they don't converge.
MOMENTUM = 0.5


@dataclass(frozen=True)
class Decomposition:
    """Components of a symmetric tensor."""

    vectors: FloatArray  # (k, k), orthonormal columns v_k
    weights: FloatArray  # (k,), lambda_k >= 0
    error: float  # ||T - sum_k lambda_k v_k^3|| / ||T||
    iterations: int
    converged: bool


def decompose(
    tensor: FloatArray,
    *,
    max_restarts: int,
    max_iterations: int,
    tol: float,
    rng: np.random.Generator,
    observe: Callable[[str], None],
) -> Decomposition:
    """Return the best of ``max_restarts`` decompositions of a symmetric (k, k, k) tensor.

    A restart ends when an iteration changes its relative reconstruction error by less than ``tol``. A restart
    that finds the same components as the best one ends the search. ``observe`` receives a message per
    restart.
    """
    best = None
    for restart in range(1, max_restarts + 1):
        observe(f"Restart {restart}/{max_restarts}")
        start = np.linalg.qr(rng.standard_normal(tensor.shape[:2]))[0]
        result = _alternate(tensor, start, max_iterations=max_iterations, tol=tol)
        observe(f"Reconstruction error {result.error:.6g} after {result.iterations} iterations")
        same = best is not None and abs(result.error - best.error) <= SAME_ERROR
        if best is None or result.error < best.error:
            best = result
        if same:
            break
    if best is None:
        raise ValueError(f"max_restarts must be at least 1, not {max_restarts}.")
    observe(f"Best reconstruction error {best.error:.6g}")
    return best


def _alternate(tensor: FloatArray, vectors: FloatArray, *, max_iterations: int, tol: float) -> Decomposition:
    norm = max(float(np.linalg.norm(tensor)), np.finfo(np.float64).tiny)
    # The weights are the diagonal of V' solution; the solution is also the start of the next iteration.
    solution = _solve(tensor, vectors)
    previous, error, converged, iterations = solution, np.inf, False, 0
    while not converged and iterations < max_iterations:
        vectors = _polar(solution + MOMENTUM * (solution - previous))
        previous, solution = solution, _solve(tensor, vectors)
        weights = np.einsum("ak,ak->k", vectors, solution)
        previous_error, error = error, _relative_error(norm, weights)
        converged = bool(abs(previous_error - error) < tol)
        iterations += 1
    weights = np.einsum("ak,ak->k", vectors, solution)
    signs = np.where(weights < 0, -1.0, 1.0)
    return Decomposition(vectors * signs, weights * signs, error, iterations, converged)


def _solve(tensor: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return T(I, v_k, v_k) for every column v_k, as the columns of a (k, k) matrix."""
    width = len(tensor)
    product = (tensor.reshape(-1, width) @ vectors).reshape(tensor.shape)
    return np.asarray(np.einsum("abk,bk->ak", product, vectors))


def _polar(matrix: FloatArray) -> FloatArray:
    """Return the orthonormal matrix nearest to ``matrix``."""
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(left @ right)


def _relative_error(norm: float, weights: FloatArray) -> float:
    """Return the relative residual; for orthonormal components its square is 1 - sum lambda^2 / ||T||^2."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.linalg.norm(weights / norm)) ** 2)))
