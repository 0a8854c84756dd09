"""How good topics are: three measures, the same code for every contender."""

import numpy as np

from benchmarks.engine.counts import Counts, Floats
from data_prep.matching import match_topics

# A word that a model holds for impossible costs 27.6 nats, not the score of a whole corpus.
SMALLEST_PROBABILITY = 1e-12
SWEEPS = 100
TOP = 10
_TOGETHER = 2**16


def topic_distances(known: Floats, learned: Floats) -> Floats:
    """Return the L1 distance, 0 to 2, of every known topic (K, V) to the learned one matched with it."""
    learned = normalise(learned)
    distances: Floats = np.abs(known - learned[match_topics(known, learned)]).sum(axis=1)
    return distances


def completion(given: Counts, wanted: Counts, alpha: Floats, topics: Floats) -> float:
    """Return the log-likelihood per word, in nats, of the tokens ``wanted``, with mixtures from ``given``.

    The two are halves of the same documents. Mixtures are the fixed point theta_k ~ n_k + alpha_k with n_k
    the tokens that a document gives to topic k.
    """
    topics = normalise(topics)
    mixtures = fold_in(given, alpha, topics)
    probabilities = np.maximum(word_probabilities(wanted, mixtures, topics), SMALLEST_PROBABILITY)
    return float(wanted.data @ np.log(probabilities) / wanted.data.sum(dtype=np.float64))


def fold_in(counts: Counts, alpha: Floats, topics: Floats) -> Floats:
    """Return the mixtures (D, K) of documents under given topics."""
    mixtures = np.tile(alpha / alpha.sum(), (counts.shape[0], 1))
    for _ in range(SWEEPS):
        ratios = _over_probabilities(counts, mixtures, topics)
        mixtures = normalise(mixtures * (ratios @ topics.T) + alpha)
    return mixtures


def climb(counts: Counts, alpha: Floats, topics: Floats, passes: int) -> Floats:
    """Return topics after so many passes of expectation-maximisation from the ones given.

    Started from the true topics it shows what the documents themselves let anyone know of them.
    """
    mixtures = fold_in(counts, alpha, topics)
    for _ in range(passes):
        ratios = _over_probabilities(counts, mixtures, topics)
        by_document = mixtures * (ratios @ topics.T)
        topics = normalise(topics * (ratios.T @ mixtures).T)
        mixtures = normalise(by_document + alpha)
    return topics


def npmi(topics: Floats, counts: Counts) -> float:
    """Return the mean over topics of the coherence of their first 10 words, -1 to 1.

    Coherence is the normalised pointwise mutual information of two words' appearance in a document, averaged
    over the pairs (Bouma 2009; Lau, Newman, Baldwin, EACL 2014, doi:10.3115/v1/E14-1056); -1 for a pair that
    no document holds.
    """
    first = np.argsort(-topics, axis=1, kind="stable")[:, :TOP]
    words, places = np.unique(first, return_inverse=True)
    holds = counts[:, words].astype(bool).astype(np.float64)
    together = (holds.T @ holds).toarray() / counts.shape[0]
    scores = _npmi_of_pairs(together)
    inside = [scores[np.ix_(row, row)] for row in places.reshape(first.shape)]
    upper = np.triu_indices(first.shape[1], 1)
    return float(np.mean([block[upper].mean() for block in inside]))


def _npmi_of_pairs(together: Floats) -> Floats:
    """Turn the shares of documents that hold both words (the diagonal: that word) into NPMI."""
    alone = np.diag(together)
    expected = np.outer(alone, alone)
    scores = np.full(together.shape, -1.0)
    seen = (together > 0) & (together < 1)
    scores[seen] = np.log(together[seen] / expected[seen]) / -np.log(together[seen])
    scores[together == 1] = 1.0
    return scores


def word_probabilities(counts: Counts, mixtures: Floats, topics: Floats) -> Floats:
    """Return theta_d . beta_w for every stored count, in their order; a part at a time, to spare memory."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    by_word = np.ascontiguousarray(topics.T)
    probabilities = np.empty(counts.nnz)
    for start in range(0, counts.nnz, _TOGETHER):
        part = slice(start, start + _TOGETHER)
        np.einsum("nk,nk->n", mixtures[rows[part]], by_word[counts.indices[part]], out=probabilities[part])
    return probabilities


def normalise(rows: Floats) -> Floats:
    """Scale rows to the sum 1; a row of zeros becomes even."""
    totals = rows.sum(axis=1, keepdims=True)
    scaled: Floats = np.divide(rows, totals, out=np.full_like(rows, 1 / rows.shape[1]), where=totals > 0)
    return scaled


def _over_probabilities(counts: Counts, mixtures: Floats, topics: Floats) -> Counts:
    """Return n / p for every stored count; a word that no topic holds counts as 0."""
    probabilities = word_probabilities(counts, mixtures, topics)
    ratios = np.divide(counts.data, probabilities, out=np.zeros(counts.nnz), where=probabilities > 0)
    return type(counts)((ratios, counts.indices, counts.indptr), shape=counts.shape)
