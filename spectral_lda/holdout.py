"""Documents that are held out to judge the passes of the refinement, each in two halves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountMatrix
from spectral_lda.hosts import Hosts
from spectral_lda.kernels import hashing

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

    The choice depends neither on the documents' order nor on the host that holds them. Of copies of one
    document each is chosen by itself: all of them would take what it tells from those that are learned from.
    """
    used = corpus.lengths > 0
    documents = float(hosts.total(np.array([float(used.sum())]))[0])
    if documents < FEWEST_DOCUMENTS:
        return None
    share = min(max(SHARE, FEWEST / documents), MOST / documents)
    hashes = np.zeros(corpus.documents, np.uint64)

    def note(block: Block) -> None:
        hashing.fingerprint(*block.arrays, int(seed) % _SEEDS, hashes[block.documents])

    corpus.each(1, note)
    hashes = hashing.apart(hashes, _copies_before(hashes, hosts))
    chosen = used & (hashes < np.uint64(share * _HASHES))
    given, wanted = _halve(corpus.take(np.flatnonzero(chosen)), hashes[chosen])
    return Holdout(chosen, Corpus.of(given, whole=False), Corpus.of(wanted, whole=False))


def _copies_before(hashes: NDArray[np.uint64], hosts: Hosts) -> NDArray[np.uint64]:
    """Return how many documents of the same hash stand before each, here or on an earlier host."""
    everyones, first = _gathered(hashes, hosts)
    ordered = np.sort(everyones)
    if not (ordered[1:] == ordered[:-1]).any():
        return np.zeros_like(hashes)
    order = np.argsort(everyones, kind="stable")
    ordered = everyones[order]
    places = np.arange(ordered.size, dtype=np.uint64)
    starts = np.concatenate([np.ones(1, np.bool_), ordered[1:] != ordered[:-1]])[: ordered.size]
    before = np.empty_like(places)
    before[order] = places - np.maximum.accumulate(np.where(starts, places, np.uint64(0)))
    return before[first : first + hashes.size]


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
