"""Whitening: the top eigenpairs of M2, and the map under which its topics become orthonormal.

Anandkumar et al. (2014), section 4; cited in moments.py.
"""

from dataclasses import dataclass

import numpy as np

from spectral_lda.counts import FloatArray
from spectral_lda.spectral.dense_products import inner, times
from spectral_lda.spectral.moments import Moments
from spectral_lda.workers import broadcast

# Up to this vocabulary M2 is formed and decomposed exactly; above, it stays an operator, which is faster.
DENSE_VOCABULARY = 256
# Block Lanczos: this many products with M2 of K + 10 columns reach its top K eigenpairs well within the
# sampling noise (Musco and Musco, NIPS 2015: the depth grows with the logarithm of the vocabulary only).
KRYLOV_DEPTH = 3
OVERSAMPLING = 10
# Unit vectors with an inner product below this are orthogonal, without an effect on the eigenvalues.
ORTHOGONAL = 1e-10
# An eigenvalue below this share of a0(a0+1) is rounding error: M2 is a difference of terms of that size. A
# topic with a thousandth of the prior over 10^5 words still has an eigenvalue 10^4 times larger.
RANK_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Whitening:
    """The maps between words and the whitened space of k <= K dimensions."""

    eigenvalues: FloatArray  # (k,), descending, all positive
    vectors: FloatArray  # (V, k), orthonormal
    noise: float  # |the most negative eigenvalue of M2|, which only sampling noise makes negative

    @property
    def whitener(self) -> FloatArray:
        """W = U S^-1/2, (V, k), so that W' M2 W is the identity."""
        return self.vectors / np.sqrt(self.eigenvalues)

    @property
    def unwhitener(self) -> FloatArray:
        """The pseudo-inverse of W', (V, k)."""
        return self.vectors * np.sqrt(self.eigenvalues)


def whiten(moments: Moments, rank: int, rng: np.random.Generator) -> Whitening:
    """Return the whitening of M2 in at most ``rank`` dimensions, fewer if the rank of M2 is smaller."""
    words = moments.mean.size
    if words <= max(DENSE_VOCABULARY, KRYLOV_DEPTH * (rank + OVERSAMPLING)):
        basis, products = np.eye(words), moments.dense_second()
    else:
        basis, products = _block_lanczos(moments, rank + OVERSAMPLING, rng)
    values, vectors = np.linalg.eigh(products, UPLO="U")
    values, vectors = broadcast(moments.workers, values), broadcast(moments.workers, vectors)
    order = np.argsort(values)[::-1][:rank]
    order = order[values[order] > RANK_TOLERANCE * moments.alpha0 * (moments.alpha0 + 1)]
    return Whitening(values[order], times(basis, vectors[:, order]), noise=max(0.0, -float(values.min())))


def _block_lanczos(moments: Moments, width: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return an orthonormal basis Q of a block Krylov space of M2, and the upper triangle of Q' M2 Q."""
    size = KRYLOV_DEPTH * width
    basis = np.empty((moments.mean.size, size), order="F")
    products = np.zeros((size, size))
    block = _orthonormal(rng.random((moments.mean.size, width)) - 0.5)
    for stop in range(width, size + 1, width):
        block = broadcast(moments.workers, block)
        basis[:, stop - width : stop] = block
        block = moments.second(block)
        overlap = inner(basis[:, :stop], block)
        products[:stop, stop - width : stop] = overlap
        if stop < size:
            block = _orthonormal_to(basis[:, :stop], block, overlap)
    return basis, products


def _orthonormal_to(basis: FloatArray, block: FloatArray, overlap: FloatArray) -> FloatArray:
    """Return an orthonormal basis of the part of ``block`` outside of ``basis``; ``overlap`` is basis' block.

    If that part is rounding error only, one projection doesn't make it orthogonal; two or three do.
    """
    for _ in range(3):
        block = _orthonormal(block - times(basis, overlap))
        overlap = inner(basis, block)
        if np.abs(overlap).max() < ORTHOGONAL:
            break
    return block


def _orthonormal(block: FloatArray) -> FloatArray:
    """Return an orthonormal basis of the columns of ``block``.

    Cholesky QR takes a third of Householder QR's time, but fails if the columns are almost dependent.
    """
    try:
        result = times(block, np.linalg.inv(np.linalg.cholesky(inner(block, block))).T)
        if np.abs(inner(result, result) - np.eye(block.shape[1])).max() < ORTHOGONAL:
            return result
    except np.linalg.LinAlgError:
        pass
    return np.asarray(np.linalg.qr(block)[0])
