"""Inference of the topic mixtures of documents under given topics."""

import numpy as np

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.kernels import inference
from spectral_lda.kernels.compiling import Singles

# The iteration ends when a sweep changes no topic's proportion by more than this: far below the sampling
# error of a mixture (0.1 in L1 for 150 words).
TOLERANCE = 2e-5
# Pairs of sweeps. Nearly all documents converge within 25; the limit bounds the time of the others.
MAX_SWEEPS = 250


def topics_by_word(beta: FloatArray) -> Singles:
    """Return beta (K, V) as the kernels require it, (V, K) in single precision."""
    return np.ascontiguousarray(beta.T, dtype=np.float32)


def infer_mixtures(
    corpus: Corpus,
    alpha: FloatArray,
    by_word: Singles,
    *,
    start: Singles | None = None,
    sweeps: int = MAX_SWEEPS,
    tolerance: float = TOLERANCE,
) -> Singles:
    """Return the topic mixture of every document, (D, K), rows summing to 1.

    The fixed point theta_k ~ n_k + alpha_k, where n_k is the document's expected number of tokens of topic k.
    It is the maximum of sum_w n_w ln(theta . beta_w) + sum_k alpha_k ln theta_k. This function is concave, so
    the ``start`` only affects the time. An empty document has the mean of the prior.
    """
    prior = alpha.astype(np.float32)
    mixtures = np.empty((corpus.num_documents, prior.size), np.float32)
    mixtures[:] = prior / prior.sum() if start is None else start

    def infer(block: Block) -> None:
        rows = mixtures[block.documents]
        inference.infer(*block.arrays, prior, by_word, np.float32(tolerance), sweeps, rows)

    corpus.for_each_block(mixtures.shape[1], infer)
    return mixtures
