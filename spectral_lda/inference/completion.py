"""Document completion: one half of a document's tokens scored given the other half."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountMatrix, FloatArray
from spectral_lda.inference.likelihood import BACKGROUND, log_likelihoods
from spectral_lda.inference.mixtures import infer_mixtures
from spectral_lda.kernels import hashing
from spectral_lda.kernels.compiling import Singles


class Completion(NamedTuple):
    """The log-likelihood (D,) of both halves of each document given the other, in nats, and its tokens."""

    log_likelihoods: FloatArray
    tokens: FloatArray

    @property
    def per_word(self) -> float:
        """The log-likelihood per token, NaN without any token."""
        tokens = self.tokens.sum()
        return float(self.log_likelihoods.sum() / tokens) if tokens else float("nan")


def complete(corpus: Corpus, alpha: FloatArray, by_word: Singles) -> Completion:
    """Score documents given a prior (K,) and topics (V, K).

    Every token is assigned to one half of its document by a hash of the document, so that all models are
    scored on the same halves.
    """
    hashes = np.zeros(corpus.num_documents, np.uint64)

    def hash_block(block: Block) -> None:
        hashing.hash_documents(*block.arrays, 0, hashes[block.documents])

    corpus.for_each_block(1, hash_block)
    halves = split_tokens(corpus.take(np.arange(corpus.num_documents)), hashes)
    first, second = (Corpus.from_counts(half, whole=False) for half in halves)
    scores = np.zeros(corpus.num_documents)
    for observed, held_out in ((first, second), (second, first)):
        mixtures = infer_mixtures(observed, alpha, by_word)
        scores += log_likelihoods(held_out, mixtures, by_word, background=BACKGROUND)
    return Completion(scores, corpus.lengths)


def split_tokens(counts: CountMatrix, seeds: NDArray[np.uint64]) -> tuple[CountMatrix, CountMatrix]:
    """Assign every token to one of two count matrices by a coin toss; they sum to ``counts``."""
    observed = counts.copy()
    hashing.choose_half(counts.indptr.astype(np.int64), counts.data, seeds, observed.data)
    held_out = sparse.csr_array(
        (counts.data - observed.data, counts.indices, counts.indptr), shape=counts.shape
    )
    return observed, held_out
