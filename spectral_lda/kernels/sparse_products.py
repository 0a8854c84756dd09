"""Products of sparse counts with dense matrices: the sums over documents that moments consist of."""

from spectral_lda.kernels.compiling import Doubles, Pointers, Words, jit_fastmath


@jit_fastmath
def gather(indptr: Pointers, indices: Words, data: Doubles, by_word: Doubles, out: Doubles) -> None:
    """Set each row of ``out`` (n, m) to the document's counts times ``by_word`` (V, m)."""
    width = by_word.shape[1]
    for row in range(indptr.size - 1):
        total = out[row]
        total[:] = 0
        for at in range(indptr[row], indptr[row + 1]):
            count, word = data[at], by_word[indices[at]]
            for k in range(width):
                total[k] += count * word[k]


@jit_fastmath
def scatter(indptr: Pointers, indices: Words, data: Doubles, by_document: Doubles, out: Doubles) -> None:
    """Add each document's counts times its row of ``by_document`` (n, m) to ``out`` (V, m)."""
    width = by_document.shape[1]
    for row in range(indptr.size - 1):
        document = by_document[row]
        for at in range(indptr[row], indptr[row + 1]):
            count, word = data[at], out[indices[at]]
            for k in range(width):
                word[k] += count * document[k]


@jit_fastmath
def add_pairs(indptr: Pointers, indices: Words, data: Doubles, weights: Doubles, out: Doubles) -> None:
    """Add weight times n_v n_w of every document to ``out`` (V, V), at v <= w."""
    for row in range(indptr.size - 1):
        stop = indptr[row + 1]
        for first in range(indptr[row], stop):
            weighted, pairs = weights[row] * data[first], out[indices[first]]
            for second in range(first, stop):
                pairs[indices[second]] += weighted * data[second]


@jit_fastmath
def outer_products(rows: Doubles, out: Doubles) -> None:
    """Set each row of ``out`` (n, k (k + 1) / 2) to r_i r_j, i <= j, for a row r of ``rows`` (n, k)."""
    width = rows.shape[1]
    for row in range(rows.shape[0]):
        values, products = rows[row], out[row]
        at = 0
        for i in range(width):
            factor = values[i]
            for j in range(i, width):
                products[at + j - i] = factor * values[j]
            at += width - i
