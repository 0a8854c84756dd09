"""Topic mixtures of documents under given topics."""

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import FloatArray
from spectral_lda.kernels import inference

Singles = NDArray[np.float32]

# A sweep that moves no topic's share by more than this ends the iteration, after a leap beyond it: far below
# the sampling error of a mixture (0.1 in L1 for 150 words).
TOLERANCE = 2e-5
# Pairs of sweeps. Nearly all documents settle within 25; the limit bounds what one strange document can cost.
MAX_SWEEPS = 250


def topics_by_word(beta: FloatArray) -> Singles:
    """Return beta (K, V) as the kernels take it, (V, K)."""
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

    The fixed point theta_k ~ n_k + alpha_k, with n_k the tokens that the document gives to topic k. It is the
    one maximum of sum_w n_w ln(theta . beta_w) + sum_k alpha_k ln theta_k, a concave function, so that the
    start changes nothing but the time. An empty document gets the prior's mean.
    """
    prior = alpha.astype(np.float32)
    mixtures = np.empty((corpus.documents, prior.size), np.float32)
    mixtures[:] = prior / prior.sum() if start is None else start

    def infer(block: Block) -> None:
        rows = mixtures[block.documents]
        inference.infer(*block.arrays, prior, by_word, np.float32(tolerance), sweeps, rows)

    corpus.each(mixtures.shape[1], infer)
    return mixtures
