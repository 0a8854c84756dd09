"""Whitening makes M2 the identity, exactly for small vocabularies and by block Lanczos for large ones."""

from collections.abc import Callable

import numpy as np
import pytest

from spectral_lda.corpus import Corpus
from spectral_lda.spectral import whitening as module
from spectral_lda.spectral.moments import Moments, compute_moments
from spectral_lda.spectral.whitening import whiten
from spectral_lda.workers import SINGLE_WORKER


def moments_of(counts: object) -> Moments:
    corpus = Corpus.from_counts(counts)
    moments = compute_moments(corpus, np.ones(corpus.num_documents, np.bool_), 1.0, SINGLE_WORKER)
    assert moments is not None
    return moments


def test_the_whitened_second_moment_is_the_identity(bars: Callable[[int], tuple[object, ...]]) -> None:
    moments = moments_of(bars(0)[2])
    whitening = whiten(moments, 10, np.random.default_rng(0))
    whitened = whitening.whitener.T @ moments.dense_second() @ whitening.whitener
    np.testing.assert_allclose(whitened, np.eye(10), atol=1e-9)
    np.testing.assert_allclose(whitening.unwhitener.T @ whitening.whitener, np.eye(10), atol=1e-12)


def test_the_operator_finds_the_eigenpairs_of_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(1)
    topics = generator.dirichlet(np.full(300, 0.05), 6)
    documents = np.array(
        [generator.multinomial(80, generator.dirichlet(np.full(6, 0.2)) @ topics) for _ in range(400)]
    )
    moments = moments_of(documents)
    exact = whiten(moments, 6, np.random.default_rng(0))
    monkeypatch.setattr(module, "DENSE_VOCABULARY", 0)
    monkeypatch.setattr(Moments, "dense_second", None)
    found = whiten(moments, 6, np.random.default_rng(0))
    np.testing.assert_allclose(found.eigenvalues, exact.eigenvalues, rtol=1e-5)
    overlap = np.linalg.svd(exact.vectors.T @ found.vectors)[1]
    np.testing.assert_allclose(overlap, 1, atol=1e-4)


def test_eigenvalues_that_are_rounding_error_are_excluded() -> None:
    whitening = whiten(moments_of([[5, 0, 0], [9, 0, 0]]), 3, np.random.default_rng(0))
    np.testing.assert_allclose(whitening.eigenvalues, [1.0])


def test_almost_dependent_columns_have_an_orthonormal_basis() -> None:
    block = np.random.default_rng(0).standard_normal((50, 4))
    block[:, 3] = block[:, 2] + 1e-12 * block[:, 3]
    found = module._orthonormal(block)
    np.testing.assert_allclose(found.T @ found, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(found @ (found.T @ block), block, atol=1e-12)
