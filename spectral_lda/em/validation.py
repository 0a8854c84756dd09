"""The validation documents of the refinement, each split into an observed and a held-out half."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Block, Corpus
from spectral_lda.inference.completion import split_tokens
from spectral_lda.kernels import hashing
from spectral_lda.workers import Workers

# The share of validation documents, and bounds for their number: with fewer than twenty the choice is
# mostly noise; more than two thousand take more time than they improve it.
SHARE = 0.05
MIN_DOCUMENTS, MAX_DOCUMENTS = 20, 2000
# In a smaller corpus, twenty documents are too many to exclude from the training.
MIN_CORPUS = 100
_HASHES = 2.0**64
# The compiled loop takes a seed below this; larger ones wrap around.
_SEEDS = 2**63
# The bits of half a hash, which a float64 represents exactly.
_HALF = np.uint64(32)


@dataclass(frozen=True)
class ValidationSet:
    """The validation documents: the mixture inferred from the observed half predicts the held-out half."""

    documents: NDArray[np.bool_]  # (D,), which documents of the corpus are validation documents
    observed: Corpus
    held_out: Corpus


def choose_validation_set(corpus: Corpus, seed: int, workers: Workers) -> ValidationSet | None:
    """Choose documents by a hash of their words and the seed, or return None if there are too few.

    The choice depends neither on the documents' order nor on the worker that reads them. Documents with
    copies are not chosen: a copy among the training documents would reveal the validation document, and
    choosing all copies would remove them from the training. If hardly any document is unique, each copy is
    chosen by itself.
    """
    used = corpus.lengths > 0
    hashes = np.zeros(corpus.num_documents, np.uint64)

    def hash_block(block: Block) -> None:
        hashing.hash_documents(*block.arrays, int(seed) % _SEEDS, hashes[block.documents])

    corpus.for_each_block(1, hash_block)
    copies, earlier = _count_copies(hashes, workers)
    eligible = used & (copies == 1)
    documents = _count(eligible, workers)
    if documents < MIN_CORPUS:
        eligible, hashes = used, hashing.rehash_copies(hashes, earlier)
        documents = _count(eligible, workers)
    if documents < MIN_CORPUS:
        return None
    share = min(max(SHARE, MIN_DOCUMENTS / documents), MAX_DOCUMENTS / documents)
    chosen = eligible & (hashes < np.uint64(share * _HASHES))
    observed, held_out = split_tokens(corpus.take(np.flatnonzero(chosen)), hashes[chosen])
    return ValidationSet(
        chosen, Corpus.from_counts(observed, whole=False), Corpus.from_counts(held_out, whole=False)
    )


def _count(documents: NDArray[np.bool_], workers: Workers) -> float:
    return float(workers.all_reduce_sum(np.array([float(documents.sum())]))[0])


def _count_copies(
    hashes: NDArray[np.uint64], workers: Workers
) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Return how many documents of all workers have each one's hash, and how many of them come earlier."""
    all_hashes, first = _all_gather(hashes, workers)
    order = np.argsort(all_hashes, kind="stable")
    _, starts, sizes = np.unique(all_hashes[order], return_index=True, return_counts=True)
    earlier = np.empty(order.size, np.uint64)
    earlier[order] = np.arange(order.size) - np.repeat(starts, sizes)
    copies = np.empty(order.size, np.intp)
    copies[order] = np.repeat(sizes, sizes)
    own = slice(first, first + hashes.size)
    return copies[own], earlier[own]


def _all_gather(hashes: NDArray[np.uint64], workers: Workers) -> tuple[NDArray[np.uint64], int]:
    """Return the hashes of all workers in the order of their ranks, and the position of this worker's."""
    sizes = np.zeros(workers.count)
    sizes[workers.rank] = hashes.size
    sizes = workers.all_reduce_sum(sizes)
    first = int(sizes[: workers.rank].sum())
    halves = np.zeros((2, int(sizes.sum())))
    halves[:, first : first + hashes.size] = hashes >> _HALF, hashes & np.uint64(2**32 - 1)
    high, low = workers.all_reduce_sum(halves).astype(np.uint64)
    return (high << _HALF) | low, first
