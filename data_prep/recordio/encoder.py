"""Counts, as a whole or chunk by chunk, encoded as records, a block at a time."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.batch_encoder import document_template, encode_dense, encode_sparse, sparse_sizes
from data_prep.recordio.counts import as_matrix, dense_blocks, is_sparse, raw_blocks, sparse_blocks
from data_prep.recordio.errors import EmptyDocumentWarning, RecordIOError
from data_prep.recordio.framing import EncodedFrames
from data_prep.recordio.wire_format import varint, varint_ends

LAYOUTS = ("auto", "dense", "sparse")
_NAMED = 5  # how many empty rows a warning names
_SMALLEST_ENTRY = 5  # bytes of a value and its key


class Encoder:
    """Encodes a corpus in the memory of one chunk and a few MiB.

    `documents` is the number of documents encoded so far; `layout` is known after the first block.
    """

    def __init__(self, counts: Any, *, labels: Any, shape: bool, layout: str) -> None:
        chunks = counts if isinstance(counts, Iterator) else iter([counts])
        self._chunks = map(as_matrix, chunks)
        self._labels = _checked_labels(labels)
        self._shape = shape
        self.layout = layout
        self.documents = 0
        self._empty = 0
        self._first_empty: list[int] = []

    def blocks(self) -> Iterator[EncodedFrames]:
        """Encode everything, some hundred kilobytes at a time; a block may overwrite the one before it."""
        first = next(self._chunks, None)
        if first is not None:
            width, labelled = first.shape[1], self._labels is not None
            self.layout = choose_layout(first, self.layout, shape=self._shape, labelled=labelled)
            matrices = self._same_width(first)
            yield from (self._dense if self.layout == "dense" else self._sparse)(matrices, width)
        if self._labels is not None and len(self._labels) != self.documents:
            self._raise_label_error(self._labels)

    def warn_about_empty(self, stacklevel: int) -> None:
        """Warn if an encoded document holds no word."""
        if self._empty:
            rows = ", ".join(map(str, self._first_empty)) + (", ..." if self._empty > _NAMED else "")
            message = (
                f"{self._empty} of {self.documents} documents are empty (row {rows}):"
                " LDA learns nothing from them."
            )
            warnings.warn(message, EmptyDocumentWarning, stacklevel=stacklevel + 1)

    def _same_width(self, first: Any) -> Iterator[Any]:
        matrix, number = first, 0
        while matrix is not None:
            if matrix.shape[1] != first.shape[1]:
                raise RecordIOError(
                    f"Chunk {number} is over {matrix.shape[1]} words, but chunk 0 is over {first.shape[1]}."
                )
            if self._labels is not None and len(self._labels) < self.documents + matrix.shape[0]:
                self._raise_label_error(self._labels, matrix.shape[0])
            yield matrix
            matrix, number = next(self._chunks, None), number + 1

    def _dense(self, matrices: Iterator[Any], width: int) -> Iterator[EncodedFrames]:
        template = document_template(width, shape=self._shape, labelled=self._labels is not None)

        def counted_blocks() -> Iterator[NDArray[np.float32]]:
            for matrix in matrices:
                for block in dense_blocks(matrix, self.documents):
                    self._count(_empty_rows(block))
                    yield block

        return encode_dense(template, counted_blocks(), self._labels)

    def _sparse(self, matrices: Iterator[Any], width: int) -> Iterator[EncodedFrames]:
        for matrix in matrices:
            for rows in sparse_blocks(matrix, self.documents):
                first_row = self.documents
                self._count(np.diff(rows.indptr) == 0)
                labels = None if self._labels is None else self._labels[first_row : self.documents]
                yield encode_sparse(rows, width, labels, first_row)

    def _count(self, empty: NDArray[np.bool_]) -> None:
        """Count the rows of a block and those of them that are empty."""
        if empty.any():
            rows = self.documents + np.flatnonzero(empty)
            self._first_empty += rows[: _NAMED - len(self._first_empty)].tolist()
            self._empty += len(rows)
        self.documents += len(empty)

    def _raise_label_error(self, labels: NDArray[np.float32], more: int = 0) -> None:
        raise RecordIOError(
            f"{self.documents + more} documents need as many numbers for labels, not {len(labels)}."
        )


def _empty_rows(block: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows are all zero; only those that begin with zero are searched."""
    empty = np.ones(len(block), np.bool_) if not block.shape[1] else block[:, 0] == 0
    candidates = np.flatnonzero(empty)
    empty[candidates] = ~block[candidates].any(axis=1)
    return empty


def _checked_labels(labels: Any) -> NDArray[np.float32] | None:
    if labels is None:
        return None
    numbers = np.asarray(labels)
    if numbers.ndim != 1 or numbers.dtype.kind not in "biuf":
        raise RecordIOError(
            f"One number for each document makes the labels, not {numbers.dtype} of shape {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise RecordIOError(f"The label of row {int(np.isfinite(numbers).argmin())} is not finite.")
    return numbers.astype(np.float32)


def choose_layout(matrix: Any, layout: str, *, shape: bool, labelled: bool) -> str:
    """Decide between dense and sparse records, by their exact sizes.

    Parameters
    ----------
    matrix : array or csr array (D, V)
        The counts, as `as_matrix` returns them.
    layout : {"auto", "dense", "sparse"}
        The requested layout.
    shape, labelled : bool
        Whether dense records have their width, and whether records have a label.

    Returns
    -------
    {"dense", "sparse"}
        With "auto" the one that makes the smaller file; dense if both are equal.

    Raises
    ------
    RecordIOError
        For any other layout.
    """
    if layout not in LAYOUTS:
        raise RecordIOError(f"There is no layout {layout!r}; choose one of {', '.join(LAYOUTS)}.")
    if layout != "auto":
        return layout
    limit = matrix.shape[0] * _dense_frame(matrix.shape[1], shape=shape, labelled=labelled)
    smallest, largest = _sparse_bounds(matrix, limit, labelled=labelled)
    if smallest < limit <= largest:
        smallest = _sparse_bytes(matrix, limit, labelled=labelled)
    return "sparse" if smallest < limit else "dense"


def _dense_frame(width: int, *, shape: bool, labelled: bool) -> float:
    try:
        return document_template(width, shape=shape, labelled=labelled).size
    except RecordIOError:  # too wide for one dense record: sparse is the only way
        return float("inf")


def _sparse_bounds(matrix: Any, limit: float, *, labelled: bool) -> tuple[int, int]:
    """Return bounds of the sparse file's size; counting stops once it is sure to exceed `limit`."""
    width = matrix.shape[1]
    entries = matrix.nnz if is_sparse(matrix) else 0
    if not is_sparse(matrix):
        for values, _ in raw_blocks(matrix):
            entries += int(np.count_nonzero(values != 0))
            if entries * _SMALLEST_ENTRY >= limit:
                break
    head = int(sparse_sizes(np.zeros(1, np.int64), np.zeros(1, np.int64), width, labelled=labelled).frame[0])
    # Duplicates and zeros won't be written: of a sparse matrix only the largest number of entries is known.
    smallest = 0 if is_sparse(matrix) else entries * _SMALLEST_ENTRY + matrix.shape[0] * (head - 3)
    key = len(varint(max(0, width - 1)))
    frame = sparse_sizes(np.array([width]), np.array([key * width]), width, labelled=labelled).frame
    overhead = int(frame[0]) - (4 + key) * width + 3  # of the largest record, and with all padding
    return smallest, entries * (4 + key) + matrix.shape[0] * overhead


def _sparse_bytes(matrix: Any, limit: float, *, labelled: bool) -> int:
    """Return the size of the sparse file; counting stops once it exceeds `limit`."""
    total = 0
    for rows in sparse_blocks(matrix):
        key_bytes = np.diff(varint_ends(rows.keys, rows.indptr))
        sizes = sparse_sizes(np.diff(rows.indptr), key_bytes, matrix.shape[1], labelled=labelled)
        total += int(sizes.frame.sum())
        if total >= limit:
            break
    return total
