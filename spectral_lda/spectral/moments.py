"""The first three moments of the word counts under latent Dirichlet allocation.

With N the length of a document and n its counts, the unbiased moments are M1 = mean n/N, the joint
distribution E2 of two distinct tokens, and E3 of three. Centred with the prior's sum a0 they decompose over
the topics: M2 = a0(a0+1) E2 - a0^2 M1 M1' = sum_k alpha_k beta_k beta_k', and M3 likewise in the third order.

References
----------
Anandkumar, Ge, Hsu, Kakade, Telgarsky: Tensor decompositions for learning latent variable models, JMLR 15
(2014), 2773-2832, theorem 3.5. https://jmlr.org/papers/v15/anandkumar14b.html
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda import parallel
from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.kernels import sparse_products
from spectral_lda.spectral.dense_products import runs
from spectral_lda.workers import Workers

# The third moment needs three distinct tokens.
MIN_LENGTH = 3
# A document's weight in the moments is (N / (N + 20))^3: the variance of its third moment decreases with N up
# to about this length and hardly beyond. With uniform weights, the noise of documents of three words would
# dominate.
HALF_LENGTH = 20.0
# Values in one batch of outer products: 2^20 float64 are 8 MB.
BATCH_VALUES = 2**20

_Floats = NDArray[np.float32] | FloatArray


@dataclass(frozen=True)
class Moments:
    """The documents with their weights in the second and third moment; excluded ones have the weight 0."""

    corpus: Corpus
    workers: Workers
    alpha0: float
    pair_weights: FloatArray  # (D,), weight / (N (N-1))
    triple_weights: FloatArray  # (D,), weight / (N (N-1) (N-2))
    mean: FloatArray  # (V,), M1
    pair_diagonal: FloatArray  # (V,), sum over documents of pair weight times count
    triple_diagonal: FloatArray  # (V,), the same with triple weights

    def second(self, vectors: FloatArray) -> FloatArray:
        """Apply M2 to the columns of ``vectors`` (V, m), without forming it."""
        by_word = np.ascontiguousarray(vectors)

        def add(block: Block, total: FloatArray) -> None:
            projected = self._project(block, by_word)
            projected *= self.pair_weights[block.documents, None]
            sparse_products.scatter(*block.arrays, projected, total)

        a0, pairs = self.alpha0, self.corpus.sum_blocks(vectors.shape, add, self.workers)
        pairs -= self.pair_diagonal[:, None] * vectors
        pairs *= a0 * (a0 + 1)
        pairs -= np.outer(self.mean, a0**2 * (self.mean @ vectors))
        return pairs

    def dense_second(self) -> FloatArray:
        """Return M2 itself, (V, V): for small vocabularies."""

        def add(block: Block, total: FloatArray) -> None:
            sparse_products.add_pairs(*block.arrays, self.pair_weights[block.documents], total)

        words, a0 = self.corpus.num_words, self.alpha0
        upper = self.corpus.sum_blocks((words, words), add, self.workers)
        pairs = upper + np.triu(upper, 1).T - np.diag(self.pair_diagonal)
        return np.asarray(a0 * (a0 + 1) * pairs - a0**2 * np.outer(self.mean, self.mean))

    def whitened_third(self, whitener: FloatArray) -> FloatArray:
        """Return M3(W, W, W), (k, k, k), for a W (V, k) with W' M2 W = I, without forming M3 (V, V, V)."""
        a0, mean = self.alpha0, self.mean @ whitener
        # W' E2 W follows from W' M2 W = I.
        pairs = (np.eye(mean.size) + a0**2 * np.outer(mean, mean)) / (a0 * (a0 + 1))
        cross = np.multiply.outer(pairs, mean)
        cube = np.multiply.outer(np.multiply.outer(mean, mean), mean)
        return np.asarray(
            a0 * (a0 + 1) * (a0 + 2) / 2 * self._whitened_triples(whitener)
            - a0**2 * (a0 + 1) / 2 * _sum_of_transposes(cross)
            + a0**3 * cube
        )

    def _whitened_triples(self, whitener: FloatArray) -> FloatArray:
        """Return E3(W, W, W)."""
        by_word = np.ascontiguousarray(whitener)
        words, width = whitener.shape
        half = (width + 1) // 2
        front, back = half * (half + 1) // 2, (width - half) * (width - half + 1) // 2

        def add(block: Block, total: FloatArray) -> None:
            projected = self._project(block, by_word)
            weighted = self.triple_weights[block.documents, None] * projected
            _add_cubes(projected[:, :half], weighted, total[:front])
            _add_cubes(projected[:, half:], weighted, total[front:-words])
            sparse_products.scatter(*block.arrays, weighted, total[-words:])

        # All sums are in one array: both halves of the cubes, and sum_d triple weight * n_d (W'n_d)' by word.
        total = self.corpus.sum_blocks((front + back + words, width), add, self.workers)
        # Triples with a repeated token are subtracted in three transposes. Those with one token three times
        # are then subtracted three times instead of once, which the second term corrects.
        repeats = total[-words:] - 2 / 3 * self.triple_diagonal[:, None] * by_word
        cubes = _join_halves(_unfold(total[:front]), _unfold(total[front:-words]))
        return np.asarray(cubes - _sum_of_transposes(_unfold(_cubes_by_word(by_word, repeats))))

    def _project(self, block: Block, by_word: FloatArray) -> FloatArray:
        projected = np.empty((block.indptr.size - 1, by_word.shape[1]))
        sparse_products.gather(*block.arrays, by_word, projected)
        return projected


def compute_moments(
    corpus: Corpus, included: NDArray[np.bool_], alpha0: float, workers: Workers, *, whole: bool = True
) -> Moments | None:
    """Return the moments of the included documents (D,) of three or more tokens, or None if there are none.

    Without ``whole``, counts are weights, and the correction for pairs of a token with itself is left out.
    """
    used = included & (corpus.lengths >= MIN_LENGTH if whole else corpus.lengths > 0)
    length = np.where(used, corpus.lengths, MIN_LENGTH)
    weights = np.where(used, (length / (length + HALF_LENGTH)) ** 3, 0.0)
    total_weight = float(workers.all_reduce_sum(np.array([weights.sum()]))[0])
    if total_weight == 0:
        return None
    weights /= total_weight
    itself = 1.0 if whole else 0.0  # a token forms no pair with itself
    pair_weights = weights / (length * (length - itself))
    triple_weights = pair_weights / (length - 2 * itself)
    by_document = np.column_stack([weights / length, itself * pair_weights, itself * triple_weights])

    def add(block: Block, total: FloatArray) -> None:
        sparse_products.scatter(*block.arrays, by_document[block.documents], total)

    by_word = corpus.sum_blocks((corpus.num_words, 3), add, workers)
    columns = (np.ascontiguousarray(column) for column in by_word.T)
    return Moments(corpus, workers, alpha0, pair_weights, triple_weights, *columns)


def _add_cubes(rows: _Floats, weighted: _Floats, total: FloatArray) -> None:
    """Add sum_r r_i r_j w_l, for i <= j, to ``total`` (k (k + 1) / 2, k)."""
    size = max(1, BATCH_VALUES // max(1, total.shape[0]))
    for start in range(0, len(rows), size):
        batch = slice(start, start + size)
        products = np.empty((len(rows[batch]), total.shape[0]), rows.dtype)
        sparse_products.outer_products(np.ascontiguousarray(rows[batch]), products)
        total += products.T @ weighted[batch]


def _cubes_by_word(by_word: FloatArray, weighted: FloatArray) -> FloatArray:
    """Return the sum of `_add_cubes` over all words, (k (k + 1) / 2, k), in single precision.

    The rounding is far below the sampling noise. Every worker adds all words in the same order and gets the
    same bits.
    """
    words, width = by_word.shape
    by_word, weighted = by_word.astype(np.float32), weighted.astype(np.float32)

    def shard(rows: slice) -> FloatArray:
        total = np.zeros((width * (width + 1) // 2, width))
        _add_cubes(by_word[rows], weighted[rows], total)
        return total

    return np.asarray(sum(parallel.run(shard, runs(words))))


def _unfold(folded: FloatArray) -> FloatArray:
    """Return the tensor (h, h, k) that is stored for its first two indices i <= j only."""
    size = math.isqrt(2 * len(folded))
    first, second = np.triu_indices(size)
    tensor = np.empty((size, size, folded.shape[1]))
    tensor[first, second] = folded
    tensor[second, first] = folded
    return tensor


def _join_halves(front: FloatArray, back: FloatArray) -> FloatArray:
    """Return the symmetric tensor (k, k, k), given the entries whose first two indices are in the same half.

    Of three indices, two are always in the same half, so no other entries need to be summed.
    """
    width, half = front.shape[2], len(front)
    tensor = np.empty((width, width, width))
    for half_a, half_b, entries in (
        (slice(0, half), slice(half, width), front),
        (slice(half, width), slice(0, half), back),
    ):
        tensor[half_a, half_a] = entries
        tensor[half_a, half_b, half_a] = entries[:, :, half_b].transpose(0, 2, 1)
        tensor[half_b, half_a, half_a] = entries[:, :, half_b].transpose(2, 0, 1)
    return tensor


def _sum_of_transposes(tensor: FloatArray) -> FloatArray:
    """Return the sum of the three distinct transposes of a tensor symmetric in its first two indices."""
    return tensor + tensor.transpose(0, 2, 1) + tensor.transpose(2, 1, 0)
