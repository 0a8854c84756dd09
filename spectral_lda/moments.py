"""Moments of the word counts under latent Dirichlet allocation.

With N the length of a document and n its counts, the unbiased moments are M1 = mean n/N, the joint
distribution E2 of two distinct tokens, and E3 of three. Centred with the prior's sum a0 they decompose over
the topics: M2 = a0(a0+1) E2 - a0^2 M1 M1' = sum_k alpha_k beta_k beta_k', and M3 likewise in the third order.

References
----------
Anandkumar, Ge, Hsu, Kakade, Telgarsky: Tensor decompositions for learning latent variable models, JMLR 15
(2014), 2773-2832, theorem 3.5. https://jmlr.org/papers/v15/anandkumar14b.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from spectral_lda.counts import CountMatrix, FloatArray, document_lengths, times

# Three distinct tokens are needed for a third moment.
SHORTEST_DOCUMENT = 3
# A document's share in the moments is (N / (N + 20))^3: the variance of its third moment falls with N up to
# about this length and hardly beyond. Uniform weights let documents of three words drown real text in noise.
HALF_LENGTH = 20.0
# Numbers in one batch of Khatri-Rao products: 2^22 float64 are 32 MB.
BATCH_NUMBERS = 2**22


@dataclass(frozen=True)
class Moments:
    """The documents that carry moments, with the weight that each has in every order."""

    counts: CountMatrix  # (D, V), only documents of at least three tokens
    alpha0: float
    mean: FloatArray  # (V,), M1
    pair_weights: FloatArray  # (D,), weight / (N (N-1))
    triple_weights: FloatArray  # (D,), weight / (N (N-1) (N-2))
    pair_diagonal: FloatArray  # (V,), sum over documents of pair weight times count

    def second(self, vectors: FloatArray) -> FloatArray:
        """Apply M2 to the columns of ``vectors`` (V, m), without forming it."""
        a0 = self.alpha0
        projected = self.pair_weights[:, None] * times(self.counts, vectors)
        pairs = times(self.counts.T, projected) - self.pair_diagonal[:, None] * vectors
        return np.asarray(a0 * (a0 + 1) * pairs - a0**2 * np.outer(self.mean, self.mean @ vectors))

    def dense_second(self) -> FloatArray:
        """Return M2 itself, (V, V): for small vocabularies."""
        a0 = self.alpha0
        weighted = sparse.diags_array(self.pair_weights) @ self.counts
        pairs = (self.counts.T @ weighted).toarray() - np.diag(self.pair_diagonal)
        return np.asarray(a0 * (a0 + 1) * pairs - a0**2 * np.outer(self.mean, self.mean))

    def whitened_third(self, whitener: FloatArray) -> FloatArray:
        """Return M3(W, W, W), (k, k, k), for a whitener W (V, k): document by document in k dimensions."""
        a0 = self.alpha0
        triples, pairs_by_word = self._whitened_triples(whitener)
        mean = self.mean @ whitener
        pairs = whitener.T @ pairs_by_word - (whitener.T * self.pair_diagonal) @ whitener
        cross = np.multiply.outer(pairs, mean)
        cube = np.multiply.outer(np.multiply.outer(mean, mean), mean)
        return np.asarray(
            a0 * (a0 + 1) * (a0 + 2) / 2 * triples
            - a0**2 * (a0 + 1) / 2 * _three_arrangements(cross)
            + a0**3 * cube
        )

    def _whitened_triples(self, whitener: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return E3(W, W, W), and sum_d pair weight * n_d (W'n_d)', (V, k), which falls off on the way."""
        words, width = whitener.shape
        cubes = np.zeros((width * width, width))
        pairs_by_word = np.zeros((words, width))
        triples_by_word = np.zeros((words, width))
        for rows in _batches(self.counts.shape[0], width):
            batch = self.counts[rows]
            projected = times(batch, whitener)
            weighted = self.triple_weights[rows, None] * projected
            cubes += _khatri_rao(projected).T @ weighted
            pairs_by_word += times(batch.T, self.pair_weights[rows, None] * projected)
            triples_by_word += times(batch.T, weighted)
        diagonal = times(self.counts.T, self.triple_weights)
        return cubes.reshape(width, width, width) + _repeats(
            whitener, triples_by_word, diagonal
        ), pairs_by_word


def compute_moments(counts: CountMatrix, alpha0: float) -> Moments | None:
    """Return the moments of the documents of three or more tokens, or None if there are none."""
    lengths = document_lengths(counts)
    used = counts[np.flatnonzero(lengths >= SHORTEST_DOCUMENT)]
    if used.shape[0] == 0:
        return None
    length = lengths[lengths >= SHORTEST_DOCUMENT]
    weights = (length / (length + HALF_LENGTH)) ** 3
    weights /= weights.sum()
    pair_weights = weights / (length * (length - 1))
    return Moments(
        counts=used,
        alpha0=alpha0,
        mean=times(used.T, weights / length),
        pair_weights=pair_weights,
        triple_weights=pair_weights / (length - 2),
        pair_diagonal=times(used.T, pair_weights),
    )


def _repeats(whitener: FloatArray, triples_by_word: FloatArray, diagonal: FloatArray) -> FloatArray:
    """Return what takes the triples that use one token twice, or three times, out of the cubes."""
    words, width = whitener.shape
    twice = np.zeros((width * width, width))
    thrice = np.zeros((width * width, width))
    for rows in _batches(words, width):
        squares = _khatri_rao(whitener[rows])
        twice += squares.T @ triples_by_word[rows]
        thrice += squares.T @ (diagonal[rows, None] * whitener[rows])
    shape = (width, width, width)
    return 2 * thrice.reshape(shape) - _three_arrangements(twice.reshape(shape))


def _khatri_rao(rows: FloatArray) -> FloatArray:
    """Return the outer product of each row with itself, flattened: (n, k) to (n, k * k)."""
    return (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)


def _three_arrangements(tensor: FloatArray) -> FloatArray:
    """Sum the three distinct transposes of a tensor that is symmetric in its first two indices."""
    return tensor + tensor.transpose(0, 2, 1) + tensor.transpose(2, 1, 0)


def _batches(rows: int, width: int) -> Iterator[slice]:
    size = max(1, BATCH_NUMBERS // (width * width))
    return (slice(start, start + size) for start in range(0, rows, size))
