"""Decomposition of the whitened tensor into orthonormal components by alternating least squares.

The whitened tensor is sum_k lambda_k v_k (x) v_k (x) v_k with orthonormal v_k. One sweep solves the least
squares for one factor with the other two at their last value: these being orthonormal, the solution is T_(1)
(V (.) V) itself, and its nearest orthonormal matrix (the polar factor) becomes the next V. Orthogonalising
each sweep is what keeps two components from running into the same topic (Sharan and Valiant, Orthogonalized
ALS, ICML 2017, https://proceedings.mlr.press/v70/sharan17a.html).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spectral_lda.counts import FloatArray

# Two restarts whose relative errors are this near have found the same components, for all that topics show.
SAME_ERROR = 1e-3
# The share of a sweep's change that is added to it: real texts take half the sweeps, and nearer to 1 they
# would never settle.
INERTIA = 0.5


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

    ``tol`` ends a restart whose relative reconstruction error changes by less in a sweep. A restart that ends
    where the best one did ends the search: further ones would find it again. ``observe`` is told of every
    restart in a sentence.
    """
    best = None
    for restart in range(1, max_restarts + 1):
        observe(f"Restart {restart}/{max_restarts}")
        start = np.linalg.qr(rng.standard_normal(tensor.shape[:2]))[0]
        found = _alternate(tensor, start, max_iterations=max_iterations, tol=tol)
        observe(f"Reconstruction error {found.error:.6g} after {found.iterations} iterations")
        again = best is not None and abs(found.error - best.error) <= SAME_ERROR
        if best is None or found.error < best.error:
            best = found
        if again:
            break
    if best is None:
        raise ValueError(f"max_restarts must be at least 1, not {max_restarts}.")
    observe(f"Best reconstruction error {best.error:.6g}")
    return best


def _alternate(tensor: FloatArray, vectors: FloatArray, *, max_iterations: int, tol: float) -> Decomposition:
    norm = max(float(np.linalg.norm(tensor)), np.finfo(np.float64).tiny)
    # The first factor's solution; its diagonal with V holds the weights, and it is needed for the next sweep
    # too.
    solution = _solve(tensor, vectors)
    last, error, converged, iterations = solution, np.inf, False, 0
    while not converged and iterations < max_iterations:
        vectors = _polar(solution + INERTIA * (solution - last))
        last, solution = solution, _solve(tensor, vectors)
        weights = np.einsum("ak,ak->k", vectors, solution)
        previous, error = error, _relative_error(norm, weights)
        converged = bool(abs(previous - error) < tol)
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
    """Return the relative residual; the components being orthonormal, it is ||T||^2 - sum lambda^2."""
    return float(np.sqrt(max(0.0, 1.0 - float(np.linalg.norm(weights / norm)) ** 2)))
