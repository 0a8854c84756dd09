"""Topic mixtures of documents under a given model."""

from collections.abc import Iterator

import numpy as np

from spectral_lda.counts import CountMatrix, FloatArray, document_lengths, times

# A sweep that moves no document's mixture by more than this ends the iteration: below what float32 shows in a
# response of SageMaker, and far below the sampling error of a mixture (0.1 in L1 for 150 words).
TOLERANCE = 1e-6
# Nearly all documents settle within 100 sweeps; the limit bounds what one strange document can cost.
MAX_SWEEPS = 500
# Non-zeros times topics that are looked at together: 2^20 float64 are 8 MB.
BATCH_NUMBERS = 2**20


def infer_mixtures(counts: CountMatrix, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Return the topic mixture of every document, (D, K), rows summing to 1.

    The fixed point theta_k ~ n_k + alpha_k, with n_k the tokens that the document gives to topic k. It is the
    one maximum of sum_w n_w ln(theta . beta_w) + sum_k alpha_k ln theta_k, a concave function, so that the
    start does not matter. An empty document gets the prior's mean.
    """
    mixtures = np.tile(alpha / alpha.sum(), (counts.shape[0], 1))
    for rows in document_batches(counts, alpha.size):
        mixtures[rows] = _settle(counts[rows], mixtures[rows], alpha, beta)
    return mixtures


def topic_tokens(counts: CountMatrix, mixtures: FloatArray, beta: FloatArray) -> FloatArray:
    """Return n_dk, the expected tokens of every document in every topic, (D, K)."""
    ratios = _over_probabilities(counts, word_probabilities(counts, mixtures, beta))
    return np.asarray(mixtures * times(ratios, beta.T))


def word_probabilities(counts: CountMatrix, mixtures: FloatArray, beta: FloatArray) -> FloatArray:
    """Return theta_d . beta_w for every stored count, in the order of ``counts.data``."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    return np.asarray(np.einsum("nk,nk->n", mixtures[rows], beta.T[counts.indices]))


def document_batches(counts: CountMatrix, topics: int) -> Iterator[slice]:
    """Cut the documents into runs whose non-zeros times ``topics`` stay within BATCH_NUMBERS."""
    largest = max(1, BATCH_NUMBERS // topics)
    start = 0
    while start < counts.shape[0]:
        stop = int(np.searchsorted(counts.indptr, counts.indptr[start] + largest, side="right")) - 1
        stop = min(max(stop, start + 1), counts.shape[0])
        yield slice(start, stop)
        start = stop


def _settle(counts: CountMatrix, mixtures: FloatArray, alpha: FloatArray, beta: FloatArray) -> FloatArray:
    """Iterate the fixed point for one batch; documents that have settled leave it."""
    mixtures = mixtures.copy()
    moving = np.flatnonzero(document_lengths(counts))
    for _ in range(MAX_SWEEPS):
        if moving.size == 0:
            break
        before = mixtures[moving]
        after = topic_tokens(counts[moving], before, beta) + alpha
        after /= after.sum(axis=1, keepdims=True)
        mixtures[moving] = after
        moving = moving[np.abs(after - before).max(axis=1) > TOLERANCE]
    return mixtures


def _over_probabilities(counts: CountMatrix, probabilities: FloatArray) -> CountMatrix:
    """Return n_w / p_w; a word that no topic holds says nothing about the mixture and counts as 0."""
    ratios = np.divide(counts.data, probabilities, out=np.zeros_like(counts.data), where=probabilities > 0)
    return type(counts)((ratios, counts.indices, counts.indptr), shape=counts.shape)
