"""The three metrics of topics: L1 distance, document completion and NPMI coherence."""

import numpy as np

from benchmarks.engine.corpora.counts import Counts, Floats
from data_prep.matching import match_topics

# A word of probability 0 costs 27.6 nats; without a bound it would make the log-likelihood -inf.
MIN_PROBABILITY = 1e-12
FOLD_IN_ITERATIONS = 100
TOP_WORDS = 10
_CHUNK = 2**16


def topic_distances(known: Floats, learned: Floats) -> Floats:
    """Return the L1 distance, 0 to 2, of every known topic (K, V) to the learned topic matched with it."""
    learned = normalise(learned)
    distances: Floats = np.abs(known - learned[match_topics(known, learned)]).sum(axis=1)
    return distances


def completion(observed: Counts, target: Counts, alpha: Floats, topics: Floats) -> float:
    """Return the log-likelihood per word, in nats, of the tokens ``target``, with mixtures from ``observed``.

    The two are halves of the same documents. Mixtures are the fixed point theta_k ~ n_k + alpha_k, where n_k
    is the expected number of tokens of topic k in a document.
    """
    topics = normalise(topics)
    mixtures = fold_in(observed, alpha, topics)
    probabilities = np.maximum(word_probabilities(target, mixtures, topics), MIN_PROBABILITY)
    return float(target.data @ np.log(probabilities) / target.data.sum(dtype=np.float64))


def fold_in(counts: Counts, alpha: Floats, topics: Floats) -> Floats:
    """Return the mixtures (D, K) of documents under given topics."""
    mixtures = np.tile(alpha / alpha.sum(), (counts.shape[0], 1))
    for _ in range(FOLD_IN_ITERATIONS):
        ratios = _over_probabilities(counts, mixtures, topics)
        mixtures = normalise(mixtures * (ratios @ topics.T) + alpha)
    return mixtures


def em_topics(counts: Counts, alpha: Floats, topics: Floats, iterations: int) -> Floats:
    """Return topics after iterations of expectation-maximisation from initial topics.

    From the true topics, the result is the best that can be learned from the documents.
    """
    mixtures = fold_in(counts, alpha, topics)
    for _ in range(iterations):
        ratios = _over_probabilities(counts, mixtures, topics)
        document_tokens = mixtures * (ratios @ topics.T)
        topics = normalise(topics * (ratios.T @ mixtures).T)
        mixtures = normalise(document_tokens + alpha)
    return topics


def npmi(topics: Floats, counts: Counts) -> float:
    """Return the mean over topics of the coherence of their top 10 words, -1 to 1.

    Coherence is the normalised pointwise mutual information of two words' occurrence in a document, averaged
    over the pairs (Bouma 2009; Lau, Newman, Baldwin, EACL 2014, doi:10.3115/v1/E14-1056); -1 for a pair that
    occurs in no document.
    """
    top = np.argsort(-topics, axis=1, kind="stable")[:, :TOP_WORDS]
    words, indices = np.unique(top, return_inverse=True)
    occurs = counts[:, words].astype(bool).astype(np.float64)
    co_occurrence = (occurs.T @ occurs).toarray() / counts.shape[0]
    scores = _npmi_of_pairs(co_occurrence)
    blocks = [scores[np.ix_(row, row)] for row in indices.reshape(top.shape)]
    upper = np.triu_indices(top.shape[1], 1)
    return float(np.mean([block[upper].mean() for block in blocks]))


def _npmi_of_pairs(co_occurrence: Floats) -> Floats:
    """Return the NPMI of pairs of words, from the share of documents in which both occur."""
    occurrence = np.diag(co_occurrence)
    expected = np.outer(occurrence, occurrence)
    scores = np.full(co_occurrence.shape, -1.0)
    some = (co_occurrence > 0) & (co_occurrence < 1)
    scores[some] = np.log(co_occurrence[some] / expected[some]) / -np.log(co_occurrence[some])
    scores[co_occurrence == 1] = 1.0
    return scores


def word_probabilities(counts: Counts, mixtures: Floats, topics: Floats) -> Floats:
    """Return theta_d . beta_w for every stored count, in their order; in chunks, to save memory."""
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    word_topics = np.ascontiguousarray(topics.T)
    probabilities = np.empty(counts.nnz)
    for start in range(0, counts.nnz, _CHUNK):
        part = slice(start, start + _CHUNK)
        np.einsum(
            "nk,nk->n", mixtures[rows[part]], word_topics[counts.indices[part]], out=probabilities[part]
        )
    return probabilities


def normalise(rows: Floats) -> Floats:
    """Scale rows to the sum 1; a row of zeros becomes uniform."""
    totals = rows.sum(axis=1, keepdims=True)
    scaled: Floats = np.divide(rows, totals, out=np.full_like(rows, 1 / rows.shape[1]), where=totals > 0)
    return scaled


def _over_probabilities(counts: Counts, mixtures: Floats, topics: Floats) -> Counts:
    """Return n / p for every stored count; 0 for a word of probability 0."""
    probabilities = word_probabilities(counts, mixtures, topics)
    ratios = np.divide(counts.data, probabilities, out=np.zeros(counts.nnz), where=probabilities > 0)
    return type(counts)((ratios, counts.indices, counts.indptr), shape=counts.shape)
