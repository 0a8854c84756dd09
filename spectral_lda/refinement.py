"""Refinement: passes of collapsed variational Bayes from the spectral topics, stopped on held-out documents.

The moments use three words of a document at a time; these passes use all of them. Each token's distribution
over the topics is recomputed from all others (CVB0: Asuncion, Welling, Smyth, Teh, UAI 2009, equation 10),
the token's own share being computed on the way instead of stored. The prior stays as it is: learned here, it
runs away on short texts.

A fixed number of passes can make a model worse (300,000 documents drawn from a known model: mean topic L1
from .068 to .118), so documents that no pass sees decide how many count, and none is a candidate.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.counts import CountMatrix, FloatArray, document_lengths, times
from spectral_lda.mixtures import document_batches, infer_mixtures
from spectral_lda.scoring import completion, halve

# The share of documents that choose the number of passes, and the fewest that can: below ten, chance chooses.
HELD_OUT_SHARE = 0.05
FEWEST_HELD_OUT = 10
# Below this corpus ten documents are too many to give away, and the spectral topics stand.
FEWEST_DOCUMENTS = 100
# The prior of a word in a topic, in tokens. On 300 NIPS papers a tenth scores better than a hundredth (pwll
# -7.785 against -7.851), on the bars the topics move by less than .0005.
WORD_PRIOR = 0.1
MAX_PASSES = 50
# The search ends after this many passes in a row that gain less than a hundred-thousandth of a nat a word on
# the held-out documents: further ones move the bars' topics by less than .001.
PATIENCE = 3
SMALLEST_GAIN = 1e-5


@dataclass(frozen=True)
class Split:
    """The documents to learn from, and two halves of each that chooses the number of passes."""

    kept: CountMatrix
    given: CountMatrix
    wanted: CountMatrix


def hold_out(counts: CountMatrix, rng: np.random.Generator) -> Split | None:
    """Take documents away that neither the moments nor a pass may see, or None where there are too few.

    Were the moments to see them, pass 0 would look better than it is and the passes would rarely count.
    """
    documents = counts[np.flatnonzero(document_lengths(counts))]
    if documents.shape[0] < FEWEST_DOCUMENTS:
        return None
    number = max(FEWEST_HELD_OUT, round(HELD_OUT_SHARE * documents.shape[0]))
    order = rng.permutation(documents.shape[0])
    given, wanted = halve(documents[np.sort(order[:number])], rng)
    return Split(documents[np.sort(order[number:])], given, wanted)


def refine(split: Split, alpha: FloatArray, beta: FloatArray, observe: Callable[[str], None]) -> FloatArray:
    """Return the topics (K, V), from pass 0 (the ones given) on, that complete held-out documents best."""
    best, best_score, waited = beta, completion(split.given, split.wanted, alpha, beta), 0
    observe(f"Refinement pass 0: held-out log-likelihood per word {best_score:.6f}")
    statistics = _first_statistics(split.kept, alpha, beta)
    for number in range(1, MAX_PASSES + 1):
        beta = statistics.topics()
        score = completion(split.given, split.wanted, alpha, beta)
        observe(f"Refinement pass {number}: held-out log-likelihood per word {score:.6f}")
        waited += 1
        if score > best_score + SMALLEST_GAIN:
            best, best_score, waited = beta, score, 0
        if waited == PATIENCE:
            break
        statistics = _next_statistics(split.kept, alpha, statistics)
    return best


@dataclass(frozen=True)
class _Statistics:
    """Expected tokens by document and topic (D, K), and by word and topic (V, K)."""

    by_document: FloatArray
    by_word: FloatArray

    def topics(self) -> FloatArray:
        smoothed = self.by_word + WORD_PRIOR
        return np.ascontiguousarray((smoothed / smoothed.sum(axis=0)).T)


def _first_statistics(counts: CountMatrix, alpha: FloatArray, beta: FloatArray) -> _Statistics:
    """Return how the spectral topics share out the tokens: one step of EM."""
    mixtures = infer_mixtures(counts, alpha, beta)
    return _gather(counts, alpha.size, lambda rows: _shares(counts[rows], mixtures[rows], beta))


def _next_statistics(counts: CountMatrix, alpha: FloatArray, last: _Statistics) -> _Statistics:
    """Share out every token again, by all the others."""
    topics = last.topics()
    totals = last.by_word.sum(axis=0) + WORD_PRIOR * last.by_word.shape[0]

    def shares(rows: slice) -> FloatArray:
        batch, by_document = counts[rows], last.by_document[rows] + alpha
        own = _shares(batch, by_document, topics)
        others = (by_document[_row_numbers(batch)] - own) * (last.by_word[batch.indices] + WORD_PRIOR - own)
        # A token's own share is an estimate, and may exceed the sum that it is taken from by a rounding.
        return _rows_to_one(np.maximum(others, 0.0) / (totals - own), own)

    return _gather(counts, alpha.size, shares)


def _gather(counts: CountMatrix, topics: int, shares: Callable[[slice], FloatArray]) -> _Statistics:
    """Sum the shares of all tokens by document and by word, a batch of documents at a time."""
    by_document = np.zeros((counts.shape[0], topics))
    by_word = np.zeros((counts.shape[1], topics))
    for rows in document_batches(counts, topics):
        batch = counts[rows]
        tokens = batch.data[:, None] * shares(rows)
        by_document[rows] = times(_indicator(batch.indptr, np.arange(batch.nnz), batch.nnz), tokens)
        by_word += times(_indicator(np.arange(batch.nnz + 1), batch.indices, counts.shape[1]).T, tokens)
    return _Statistics(by_document, by_word)


def _shares(counts: CountMatrix, mixtures: FloatArray, topics: FloatArray) -> FloatArray:
    """Return each stored count's distribution over the topics, (nnz, K)."""
    prior = mixtures[_row_numbers(counts)]
    return _rows_to_one(prior * topics.T[counts.indices], prior)


def _rows_to_one(rows: FloatArray, fallback: FloatArray) -> FloatArray:
    """Scale rows to the sum 1, taking the fallback's row where all is 0 (a word that no topic holds)."""
    rows = np.where(rows.sum(axis=1, keepdims=True) > 0, rows, fallback)
    return np.asarray(rows / rows.sum(axis=1, keepdims=True))


def _row_numbers(counts: CountMatrix) -> NDArray[np.intp]:
    return np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))


def _indicator(pointers: NDArray[np.integer], columns: NDArray[np.integer], width: int) -> CountMatrix:
    """Return the CSR matrix of ones at these places: a product with it sums rows, exactly and in order."""
    return sparse.csr_array((np.ones(len(columns)), columns, pointers), shape=(len(pointers) - 1, width))
