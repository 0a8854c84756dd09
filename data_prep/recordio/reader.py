"""A file of records read as one matrix, chunk by chunk, record by record, or only described."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.counts import is_sparse, stored_values
from data_prep.recordio.decoder import Documents, Record, common_layout, decode, parse
from data_prep.recordio.frame_reader import Frames, fraction_read, open_binary, read_frames
from data_prep.recordio.framing import File

_MARGIN = 1.03  # capacity beyond the expected need; pages that are never written take no memory


def read(file: File) -> Any:
    """Read documents from RecordIO-protobuf.

    Parameters
    ----------
    file : path or binary file
        Records as SageMaker's SDK, MXNet, LDA's notebook or `write` make them, whole or split into parts. A
        path's file may be compressed with gzip; a file object's bytes may not.

    Returns
    -------
    array (D, V) or csr array (D, V)
        A numpy array if every document is dense, otherwise a scipy csr array with sorted, unique keys. Its
        dtype is float32, unless the records hold float64 or int32. Values are as the file has them, not
        checked to be counts. An empty file makes an array of shape (0, 0).

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    with open_binary(file) as (source, name):
        matrices = (documents.matrix for _, documents in read_documents(source, name))
        return assemble(matrices, fraction_read(source))


def iter_chunks(file: File) -> Iterator[Any]:
    """Read documents some at a time, in the memory of a few MiB or of the largest document.

    Parameters
    ----------
    file : path or binary file
        As for `read`.

    Yields
    ------
    array (n, V) or csr array (n, V)
        The next documents, those in about 1 MiB of the file; `write` accepts the iterator.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    with open_binary(file) as (source, name):
        for _, documents in read_documents(source, name):
            matrix = documents.matrix
            yield matrix.copy() if isinstance(matrix, np.ndarray) else matrix


def iter_records(file: File) -> Iterator[Record]:
    """Read records one by one, in the memory of a few MiB or of the largest record.

    Parameters
    ----------
    file : path or binary file
        As for `read`. Records need not be documents: answers with labels alone are read too.

    Yields
    ------
    Record
        With `features` and `labels` (name -> `Tensor` with values, keys, shape), uid, metadata and
        configuration.

    Raises
    ------
    RecordIOError
        Names the file, the record and the byte where it begins.
    """
    with open_binary(file) as (source, name):
        for frames in read_frames(source, name):
            for record in range(len(frames.starts)):
                yield parse(frames.payload(record), frames.describe(record))


def read_documents(source: Any, name: str) -> Iterator[tuple[Frames, Documents]]:
    """Decode an open file buffer by buffer; each matrix may view bytes that the next overwrites."""
    width = None
    for frames in read_frames(source, name):
        documents = decode(frames, width)
        width = documents.matrix.shape[1]
        yield frames, documents


@dataclass
class CorpusStatistics:
    """The size of a corpus, summed over chunks of its documents."""

    documents: int = 0
    feature_dim: int = 0
    tokens: float = 0.0
    nonzeros: int = 0
    empty_documents: int = 0

    def add(self, matrix: Any) -> None:
        """Add documents: an array or csr array (n, V) of counts."""
        lengths = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
        self.documents += matrix.shape[0]
        self.feature_dim = matrix.shape[1]
        self.tokens += float(lengths.sum())
        self.nonzeros += int(np.count_nonzero(stored_values(matrix)))
        self.empty_documents += int(np.count_nonzero(lengths == 0))

    def merge(self, more: "CorpusStatistics") -> None:
        """Add the statistics of more documents over the same words."""
        self.documents += more.documents
        self.feature_dim = more.feature_dim
        self.tokens += more.tokens
        self.nonzeros += more.nonzeros
        self.empty_documents += more.empty_documents


class Description(NamedTuple):
    """The contents of a file. `layout` is dense, sparse or mixed; `labelled` and `split` count records.

    A split record is one that MXNet's writer split into parts: SageMaker's SDK can't read it.
    """

    documents: int
    feature_dim: int
    layout: str
    dtype: str
    tokens: float
    nonzeros: int
    empty_documents: int
    labelled: int
    split: int


def describe(file: File) -> Description:
    """Describe the contents of a file of records, in the memory of a few MiB.

    Parameters
    ----------
    file : path or binary file
        As for `read`.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    statistics, layouts, dtypes = CorpusStatistics(), set(), set()
    labelled = split = 0
    with open_binary(file) as (source, name):
        for frames, documents in read_documents(source, name):
            statistics.add(documents.matrix)
            layouts.add(documents.layout)
            dtypes.add(documents.matrix.dtype)
            labelled += documents.labelled
            split += frames.split
    return Description(
        **vars(statistics),
        layout=common_layout(layouts or {"dense"}),
        dtype=str(np.result_type(*(dtypes or {np.float32}))),
        labelled=labelled,
        split=split,
    )


class _GrowingArray:
    """An array that grows at its end; `fraction` estimates which part of all rows has been read."""

    def __init__(self, first: NDArray[Any], fraction: Callable[[], float]) -> None:
        self._fraction = fraction
        self._buffer = first.copy()
        self._length = len(first)

    def append(self, more: NDArray[Any]) -> None:
        """Copy rows of the same width and dtype to the end."""
        length = self._length + len(more)
        if length > len(self._buffer):
            capacity = int(length * max(_MARGIN / self._fraction(), 1.2))
            buffer = np.empty((capacity, *more.shape[1:]), self._buffer.dtype)
            buffer[: self._length] = self._buffer[: self._length]
            self._buffer = buffer
        self._buffer[self._length : length] = more
        self._length = length

    def matrix(self) -> NDArray[Any]:
        """Return a view of the rows."""
        return self._buffer[: self._length]


class _GrowingCsr:
    """A canonical csr array that grows at its end."""

    def __init__(self, first: Any, fraction: Callable[[], float]) -> None:
        self._width = first.shape[1]
        self._values = _GrowingArray(first.data, fraction)
        self._keys = _GrowingArray(first.indices, fraction)
        self._ends = _GrowingArray(first.indptr.astype(np.int64), fraction)

    def append(self, more: Any) -> None:
        self._ends.append(more.indptr[1:] + len(self._values.matrix()))
        self._values.append(more.data)
        self._keys.append(more.indices)

    def matrix(self) -> Any:
        keys, ends = self._keys.matrix(), self._ends.matrix()
        narrow = len(keys) <= np.iinfo(np.int32).max and keys.dtype == np.int32
        index = np.int32 if narrow else np.int64
        parts = (self._values.matrix(), keys.astype(index, copy=False), ends.astype(index))
        joined = sparse.csr_array(parts, shape=(len(ends) - 1, self._width))
        joined.has_canonical_format = True
        return joined


def assemble(matrices: Iterable[Any], fraction: Callable[[], float]) -> Any:
    """Stack arrays or canonical csr arrays over the same words, each of which the next may overwrite.

    `fraction` estimates which part of all rows, above 0 and up to 1, has been read. The result is an array if
    all are, of shape (0, 0) if there are none, otherwise a csr array.
    """
    runs: list[Any] = []
    kind = None
    for matrix in matrices:
        if (is_sparse(matrix), matrix.dtype) == kind:
            runs[-1].append(matrix)
        else:
            kind = is_sparse(matrix), matrix.dtype
            runs.append((_GrowingCsr if is_sparse(matrix) else _GrowingArray)(matrix, fraction))
    stacked = [run.matrix() for run in runs]
    if not stacked:
        return np.zeros((0, 0), np.float32)
    if len(stacked) == 1:
        return stacked[0]
    if all(isinstance(matrix, np.ndarray) for matrix in stacked):
        return np.concatenate(stacked)
    return sparse.vstack([sparse.csr_array(matrix) for matrix in stacked], format="csr")
