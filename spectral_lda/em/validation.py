"""Documents that are held out to judge the passes of the refinement, each in two halves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountMatrix
from spectral_lda.kernels import hashing
from spectral_lda.workers import Hosts

# The share of documents that judge, and bounds for their number: below twenty, chance would judge; above two
# thousand, a closer verdict is not worth its time.
SHARE = 0.05
FEWEST, MOST = 20, 2000
# Below this corpus twenty documents are too many to give away.
FEWEST_DOCUMENTS = 100
_HASHES = 2.0**64
# What the compiled loop takes as a seed; beyond, seeds begin anew.
_SEEDS = 2**63
# A half of a hash, which a float64 holds exactly.
_HALF = np.uint64(32)


@dataclass(frozen=True)
class Holdout:
    """The documents that judge: which, and one half of the tokens of each to find the other half by."""

    chosen: NDArray[np.bool_]  # (D,)
    given: Corpus
    wanted: Corpus


def hold_out(corpus: Corpus, seed: int, hosts: Hosts) -> Holdout | None:
    """Choose documents by a hash of their words and the seed, or None where there are too few.

    The choice depends neither on the documents' order nor on the host that holds them. A document that has
    copies doesn't judge: left to learn from, they would have told all; held out with it, they would take
    what they tell away. Where there are hardly any other documents, each copy is chosen by itself.
    """
    used = corpus.lengths > 0
    hashes = np.zeros(corpus.documents, np.uint64)

    def note(block: Block) -> None:
        hashing.fingerprint(*block.arrays, int(seed) % _SEEDS, hashes[block.documents])

    corpus.each(1, note)
    alike, before = _copies(hashes, hosts)
    eligible = used & (alike == 1)
    documents = _count(eligible, hosts)
    if documents < FEWEST_DOCUMENTS:
        eligible, hashes = used, hashing.apart(hashes, before)
        documents = _count(eligible, hosts)
    if documents < FEWEST_DOCUMENTS:
        return None
    share = min(max(SHARE, FEWEST / documents), MOST / documents)
    chosen = eligible & (hashes < np.uint64(share * _HASHES))
    given, wanted = _halve(corpus.take(np.flatnonzero(chosen)), hashes[chosen])
    return Holdout(chosen, Corpus.of(given, whole=False), Corpus.of(wanted, whole=False))


def _count(documents: NDArray[np.bool_], hosts: Hosts) -> float:
    return float(hosts.total(np.array([float(documents.sum())]))[0])


def _copies(hashes: NDArray[np.uint64], hosts: Hosts) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Return how many documents, on all hosts, have each one's hash, and how many of these stand before."""
    everyones, first = _gathered(hashes, hosts)
    order = np.argsort(everyones, kind="stable")
    _, starts, sizes = np.unique(everyones[order], return_index=True, return_counts=True)
    before = np.empty(order.size, np.uint64)
    before[order] = np.arange(order.size) - np.repeat(starts, sizes)
    alike = np.empty(order.size, np.intp)
    alike[order] = np.repeat(sizes, sizes)
    own = slice(first, first + hashes.size)
    return alike[own], before[own]


def _gathered(hashes: NDArray[np.uint64], hosts: Hosts) -> tuple[NDArray[np.uint64], int]:
    """Return the hashes of all hosts in the order of their ranks, and where this host's begin."""
    sizes = np.zeros(hosts.count)
    sizes[hosts.rank] = hashes.size
    sizes = hosts.total(sizes)
    first = int(sizes[: hosts.rank].sum())
    halves = np.zeros((2, int(sizes.sum())))
    halves[:, first : first + hashes.size] = hashes >> _HALF, hashes & np.uint64(2**32 - 1)
    high, low = hosts.total(halves).astype(np.uint64)
    return (high << _HALF) | low, first


def _halve(counts: CountMatrix, seeds: NDArray[np.uint64]) -> tuple[CountMatrix, CountMatrix]:
    """Toss a coin for every token: two count matrices that sum to ``counts``."""
    given = counts.copy()
    hashing.halve(counts.indptr.astype(np.int64), counts.data, seeds, given.data)
    wanted = sparse.csr_array((counts.data - given.data, counts.indices, counts.indptr), shape=counts.shape)
    return given, wanted
