"""The documents as the kernels take them: shards, checked once, never copied whole."""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda import parallel
from spectral_lda.counts import CountMatrix, CountsLike, FloatArray, as_plain, checked
from spectral_lda.workers import Hosts

# Non-zeros in a block: 2^17 of them are 1.5 MB, what a core's cache holds beside a block's own rows.
BLOCK_NONZEROS = 2**17
# Shards have an array each that they add to: few where it is large beside the data.
FEWEST_SHARDS, MOST_SHARDS = 2, 32
# Below this, a second thread costs more than it saves.
FEWEST_NONZEROS = 2**15


class Block(NamedTuple):
    """Consecutive documents as contiguous arrays."""

    documents: slice
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: FloatArray

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32], FloatArray]:
        """What every kernel takes first."""
        return self[1:]


class Corpus:
    """Word counts of documents in one matrix or several, whose arrays may be memory maps."""

    def __init__(self, parts: list[CountMatrix], lengths: list[FloatArray], words: int) -> None:
        self.parts = parts
        self.words = words
        self.lengths = lengths[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *lengths])
        self.documents = self.lengths.size
        self._starts = list(accumulate((part.shape[0] for part in parts), initial=0))
        self._offsets = parts[0].indptr if len(parts) == 1 else _joined([part.indptr for part in parts])
        self.nonzeros = int(self._offsets[-1])

    @classmethod
    def of(cls, counts: CountsLike, *, whole: bool = True) -> "Corpus":
        """Check counts and take them in: a matrix, or shards of them over one vocabulary.

        Raises
        ------
        ValueError
            As `as_counts`; rows are counted over all shards. Or the shards have different widths.
        """
        parts: list[CountMatrix] = []
        lengths: list[FloatArray] = []
        for shard in _shards(counts):
            matrix, sums = checked(shard, whole=whole, before=sum(part.shape[0] for part in parts))
            if parts and matrix.shape[1] != parts[0].shape[1]:
                raise ValueError(
                    f"Shard {len(parts)} has {matrix.shape[1]} columns, those before it {parts[0].shape[1]}: "
                    "all must be counted over one vocabulary."
                )
            parts.append(matrix)
            lengths.append(sums)
        return cls(parts, lengths, parts[0].shape[1] if parts else 0)

    def shards(self, numbers: int) -> list[slice]:
        """Cut the documents into runs of about as many non-zeros each, for results of ``numbers`` numbers."""
        if self.nonzeros < FEWEST_NONZEROS:
            return [slice(0, self.documents)] if self.documents else []
        count = min(max(self.nonzeros // max(1, numbers), FEWEST_SHARDS), MOST_SHARDS)
        marks = np.linspace(0, self.nonzeros, count + 1)[1:-1]
        cuts = np.unique([0, *np.searchsorted(self._offsets, marks), self.documents])
        return [slice(int(a), int(b)) for a, b in pairwise(cuts)]

    def blocks(self, documents: slice) -> Iterator[Block]:
        """Yield consecutive documents in pieces that fit a cache."""
        start = documents.start
        while start < documents.stop:
            part = bisect_right(self._starts, start) - 1
            full = bisect_right(self._offsets, self._offsets[start] + BLOCK_NONZEROS) - 1
            stop = min(max(full, start + 1), self._starts[part + 1], documents.stop)
            yield self._block(part, start, stop)
            start = stop

    def _block(self, part: int, start: int, stop: int) -> Block:
        matrix, first = self.parts[part], self._starts[part]
        indptr = matrix.indptr[start - first : stop - first + 1].astype(np.int64)
        inside = slice(int(indptr[0]), int(indptr[-1]))
        return Block(
            slice(start, stop),
            indptr - indptr[0],
            as_plain(matrix.indices[inside], np.int32),
            as_plain(matrix.data[inside], np.float64),
        )

    def each(self, numbers: int, function: Callable[[Block], None]) -> None:
        """Call ``function`` for every block, on all cores; what it writes must be the block's own."""

        def shard(documents: slice) -> None:
            for block in self.blocks(documents):
                function(block)

        for _ in parallel.run(shard, self.shards(numbers)):
            pass

    def add_up(
        self, shape: tuple[int, ...], add: Callable[[Block, FloatArray], None], hosts: Hosts
    ) -> FloatArray:
        """Return the sum of what ``add`` adds for every block to an array of zeros, over all hosts."""

        def shard(documents: slice) -> FloatArray:
            sums = np.zeros(shape)
            for block in self.blocks(documents):
                add(block, sums)
            return sums

        parts = parallel.run(shard, self.shards(math.prod(shape)))
        total = next(parts, None)
        if total is None:
            total = np.zeros(shape)
        for part in parts:
            total += part
        return hosts.total(total)

    def word_totals(self, hosts: Hosts) -> FloatArray:
        """Return the number of tokens of every word, (V,)."""

        def add(block: Block, sums: FloatArray) -> None:
            sums += np.bincount(block.indices, block.data, self.words)

        return self.add_up((self.words,), add, hosts)

    def take(self, chosen: NDArray[np.intp]) -> CountMatrix:
        """Return some documents, by ascending number, as one matrix of float64."""
        rows = []
        for part, matrix in enumerate(self.parts):
            inside = chosen[(chosen >= self._starts[part]) & (chosen < self._starts[part + 1])]
            rows.append(matrix[inside - self._starts[part]].astype(np.float64))
        return sparse.csr_array(sparse.vstack(rows, format="csr"))


def _joined(indptrs: list[NDArray[np.integer]]) -> NDArray[np.int64]:
    """Return where the rows of matrices begin that stand one after the other."""
    rows = np.concatenate([np.zeros(1, np.int64), *(np.diff(indptr) for indptr in indptrs)])
    return np.cumsum(rows, dtype=np.int64)


def _shards(counts: CountsLike) -> Iterable[Any]:
    """Return the matrices that ``counts`` consists of: itself, or what an iterable of matrices holds."""
    if sparse.issparse(counts) or hasattr(counts, "__array__"):
        return [counts]
    listed = list(counts)
    if listed and (sparse.issparse(listed[0]) or getattr(listed[0], "ndim", 0) == 2):  # noqa: PLR2004 -- matrices
        return listed
    return [listed]
