"""Documents that are held out to judge the passes of the refinement, each in two halves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountMatrix
from spectral_lda.hosts import Hosts
from spectral_lda.kernels import checks

# The share of documents that judge, and bounds for their number: below twenty, chance would judge; above two
# thousand, a closer verdict is not worth its time.
SHARE = 0.05
FEWEST, MOST = 20, 2000
# Below this corpus twenty documents are too many to give away.
FEWEST_DOCUMENTS = 100
_HASHES = 2.0**64


@dataclass(frozen=True)
class Holdout:
    """The documents that judge: which, and one half of the tokens of each to find the other half by."""

    chosen: NDArray[np.bool_]  # (D,)
    given: Corpus
    wanted: Corpus


def hold_out(corpus: Corpus, seed: int, hosts: Hosts) -> Holdout | None:
    """Choose documents by a hash of their words and the seed, or None where there are too few.

    The choice depends neither on the documents' order nor on the host that holds them.
    """
    used = corpus.lengths > 0
    documents = float(hosts.total(np.array([float(used.sum())]))[0])
    if documents < FEWEST_DOCUMENTS:
        return None
    share = min(max(SHARE, FEWEST / documents), MOST / documents)
    hashes = np.zeros(corpus.documents, np.uint64)

    def note(block: Block) -> None:
        checks.fingerprint(*block.arrays, seed, hashes[block.documents])

    corpus.each(1, note)
    chosen = used & (hashes < np.uint64(share * _HASHES))
    given, wanted = _halve(corpus.take(np.flatnonzero(chosen)), hashes[chosen])
    return Holdout(chosen, Corpus.of(given, whole=False), Corpus.of(wanted, whole=False))


def _halve(counts: CountMatrix, seeds: NDArray[np.uint64]) -> tuple[CountMatrix, CountMatrix]:
    """Toss a coin for every token: two count matrices that sum to ``counts``."""
    given = counts.copy()
    checks.halve(counts.indptr.astype(np.int64), counts.data, seeds, given.data)
    wanted = sparse.csr_array((counts.data - given.data, counts.indices, counts.indptr), shape=counts.shape)
    return given, wanted
