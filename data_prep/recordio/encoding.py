"""Counts, at once or chunk by chunk, into encoded records, some at a time."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio import dense
from data_prep.recordio import sparse as sparse_records
from data_prep.recordio.errors import EmptyDocumentWarning, RecordIOError
from data_prep.recordio.framing import Encoded
from data_prep.recordio.layout import choose
from data_prep.recordio.matrices import as_matrix, dense_blocks, sparse_blocks

_NAMED = 5  # how many empty rows a warning names


class Encoding:
    """The records of a corpus on their way to a file, in the memory of one chunk and a few MiB.

    `documents` says how many have been given out; `layout` is known once the first have been.
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

    def blocks(self) -> Iterator[Encoded]:
        """Encode everything, some hundred kilobytes at a time; a block may overwrite the one before it."""
        first = next(self._chunks, None)
        if first is not None:
            width, labelled = first.shape[1], self._labels is not None
            self.layout = choose(first, self.layout, shape=self._shape, labelled=labelled)
            matrices = self._of_one_width(first)
            yield from (self._dense if self.layout == "dense" else self._sparse)(matrices, width)
        if self._labels is not None and len(self._labels) != self.documents:
            self._refuse_labels(self._labels)

    def warn_of_empty(self, stacklevel: int) -> None:
        """Warn if a document that was given out holds no word."""
        if self._empty:
            named = ", ".join(map(str, self._first_empty)) + (", ..." if self._empty > _NAMED else "")
            message = (
                f"{self._empty} of {self.documents} documents are empty (row {named}):"
                " LDA learns nothing from them."
            )
            warnings.warn(message, EmptyDocumentWarning, stacklevel=stacklevel + 1)

    def _of_one_width(self, first: Any) -> Iterator[Any]:
        matrix, number = first, 0
        while matrix is not None:
            if matrix.shape[1] != first.shape[1]:
                raise RecordIOError(
                    f"Chunk {number} is over {matrix.shape[1]} words, but chunk 0 is over {first.shape[1]}."
                )
            if self._labels is not None and len(self._labels) < self.documents + matrix.shape[0]:
                self._refuse_labels(self._labels, matrix.shape[0])
            yield matrix
            matrix, number = next(self._chunks, None), number + 1

    def _dense(self, matrices: Iterator[Any], width: int) -> Iterator[Encoded]:
        template = dense.document_template(width, shape=self._shape, labelled=self._labels is not None)

        def counted() -> Iterator[NDArray[np.float32]]:
            for matrix in matrices:
                for block in dense_blocks(matrix, self.documents):
                    self._count(_empty_rows(block))
                    yield block

        return dense.encode(template, counted(), self._labels)

    def _sparse(self, matrices: Iterator[Any], width: int) -> Iterator[Encoded]:
        for matrix in matrices:
            for rows in sparse_blocks(matrix, self.documents):
                first_row = self.documents
                self._count(np.diff(rows.indptr) == 0)
                labels = None if self._labels is None else self._labels[first_row : self.documents]
                yield sparse_records.encode(rows, width, labels, first_row)

    def _count(self, empty: NDArray[np.bool_]) -> None:
        """Count rows, of which some are empty."""
        if empty.any():
            rows = self.documents + np.flatnonzero(empty)
            self._first_empty += rows[: _NAMED - len(self._first_empty)].tolist()
            self._empty += len(rows)
        self.documents += len(empty)

    def _refuse_labels(self, labels: NDArray[np.float32], more: int = 0) -> None:
        raise RecordIOError(
            f"{self.documents + more} documents need as many numbers for labels, not {len(labels)}."
        )


def _empty_rows(block: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say which rows hold nothing; only those that begin with zero are looked through."""
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
