"""The documents as the kernels read them: checked once, in blocks, never copied as a whole."""

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
from spectral_lda.workers import Workers

# Non-zeros in a block: 2^17 of them are 1.5 MB, which fit a core's cache along with the block's results.
BLOCK_NONZEROS = 2**17
# Each shard has its own array of sums, so there are few shards if the array is large compared with the data.
MIN_SHARDS, MAX_SHARDS = 2, 32
# Below this number of non-zeros, a second thread costs more than it saves.
MIN_PARALLEL_NONZEROS = 2**15


class Block(NamedTuple):
    """Consecutive documents as contiguous arrays."""

    documents: slice
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    data: FloatArray

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int32], FloatArray]:
        """The first arguments of every kernel."""
        return self[1:]


class Corpus:
    """Word counts of documents in one matrix or several; the arrays may be memory maps."""

    def __init__(self, parts: list[CountMatrix], lengths: list[FloatArray], words: int) -> None:
        self.parts = parts
        self.num_words = words
        self.lengths = lengths[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *lengths])
        self.num_documents = self.lengths.size
        self._starts = list(accumulate((part.shape[0] for part in parts), initial=0))
        self._offsets = parts[0].indptr if len(parts) == 1 else _concatenated([part.indptr for part in parts])
        self.nonzeros = int(self._offsets[-1])

    @classmethod
    def from_counts(cls, counts: CountsLike, *, whole: bool = True) -> "Corpus":
        """Return the corpus of a matrix of counts, or of several over one vocabulary, after checking them.

        Raises
        ------
        ValueError
            As `as_counts`; rows are numbered across all shards. Or the shards have different widths.
        """
        parts: list[CountMatrix] = []
        lengths: list[FloatArray] = []
        for shard in _shards(counts):
            matrix, sums = checked(shard, whole=whole, first_row=sum(part.shape[0] for part in parts))
            if parts and matrix.shape[1] != parts[0].shape[1]:
                raise ValueError(
                    f"Shard {len(parts)} has {matrix.shape[1]} columns, the shards before it have "
                    f"{parts[0].shape[1]}: all must be counted over the same vocabulary."
                )
            parts.append(matrix)
            lengths.append(sums)
        return cls(parts, lengths, parts[0].shape[1] if parts else 0)

    def shards(self, result_size: int) -> list[slice]:
        """Divide the documents into runs of about equal non-zeros, for results of ``result_size`` values."""
        if self.nonzeros < MIN_PARALLEL_NONZEROS:
            return [slice(0, self.num_documents)] if self.num_documents else []
        count = min(max(self.nonzeros // max(1, result_size), MIN_SHARDS), MAX_SHARDS)
        marks = np.linspace(0, self.nonzeros, count + 1)[1:-1]
        cuts = np.unique([0, *np.searchsorted(self._offsets, marks), self.num_documents])
        return [slice(int(a), int(b)) for a, b in pairwise(cuts)]

    def blocks(self, documents: slice) -> Iterator[Block]:
        """Yield consecutive documents in blocks that fit a cache."""
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
        entries = slice(int(indptr[0]), int(indptr[-1]))
        return Block(
            slice(start, stop),
            indptr - indptr[0],
            as_plain(matrix.indices[entries], np.int32),
            as_plain(matrix.data[entries], np.float64),
        )

    def for_each_block(self, result_size: int, function: Callable[[Block], None]) -> None:
        """Call ``function`` for every block, on all cores; it may write to the block's own rows only."""

        def shard(documents: slice) -> None:
            for block in self.blocks(documents):
                function(block)

        for _ in parallel.run(shard, self.shards(result_size)):
            pass

    def sum_blocks(
        self, shape: tuple[int, ...], add: Callable[[Block, FloatArray], None], workers: Workers
    ) -> FloatArray:
        """Return the sum over all blocks and workers; ``add`` adds a block's part to an array."""

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
        return workers.all_reduce_sum(total)

    def word_totals(self, workers: Workers) -> FloatArray:
        """Return the number of tokens of every word, (V,)."""

        def add(block: Block, sums: FloatArray) -> None:
            sums += np.bincount(block.indices, block.data, self.num_words)

        return self.sum_blocks((self.num_words,), add, workers)

    def take(self, documents: NDArray[np.intp]) -> CountMatrix:
        """Return the documents of the given ascending indices as one matrix of float64."""
        rows = []
        for part, matrix in enumerate(self.parts):
            inside = documents[(documents >= self._starts[part]) & (documents < self._starts[part + 1])]
            rows.append(matrix[inside - self._starts[part]].astype(np.float64))
        return sparse.csr_array(sparse.vstack(rows, format="csr"))


def _concatenated(indptrs: list[NDArray[np.integer]]) -> NDArray[np.int64]:
    """Return the row pointers of concatenated matrices."""
    rows = np.concatenate([np.zeros(1, np.int64), *(np.diff(indptr) for indptr in indptrs)])
    return np.cumsum(rows, dtype=np.int64)


def _shards(counts: CountsLike) -> Iterable[Any]:
    """Return the matrices of ``counts``: the input itself, or the items of an iterable of matrices."""
    if sparse.issparse(counts) or hasattr(counts, "__array__"):
        return [counts]
    items = list(counts)
    if len(items) > 1 and all(_is_pairs(item) for item in items):
        raise ValueError(
            "counts look like documents of gensim, lists of (word, count): convert them by"
            " gensim.matutils.corpus2csc(corpus, num_terms=...).T."
        )
    if items and (sparse.issparse(items[0]) or getattr(items[0], "ndim", 0) == 2):  # noqa: PLR2004 -- matrices
        return items
    return [items]


def _is_pairs(item: Any) -> bool:
    """Tell whether an item looks like one document of gensim: words that ascend, and their counts."""
    if sparse.issparse(item) or not len(item) or any(np.shape(pair) != (2,) for pair in item):
        return False
    words, counts = np.asarray(item).T
    return bool((np.diff(words) > 0).all() and (counts > 0).all())
