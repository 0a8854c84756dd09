"""Records decoded into documents: with numpy if they are canonical, otherwise by protobuf, one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from scipy import sparse

from data_prep.recordio.batch_decoder import SparseRecords, decode_dense, decode_sparse
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.frame_reader import Frames
from data_prep.recordio.schema import Record as Message
from data_prep.recordio.wire_format import VECTOR

_DTYPES = {"float32_tensor": np.float32, "float64_tensor": np.float64, "int32_tensor": np.int32}
_MAX_WIDTH = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Tensor:
    """The numbers of one feature or label of a record.

    `values` is float32, float64 or int32. A dense tensor has no `keys`; a sparse one has one for each
    value. `shape` is empty if the record has none.
    """

    values: NDArray[Any]
    keys: NDArray[np.uint64]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """One record: its maps of features and labels, and its optional strings."""

    features: Mapping[str, Tensor]
    labels: Mapping[str, Tensor]
    uid: str
    metadata: str
    configuration: str


@dataclass(frozen=True)
class Vector:
    """One document: `keys` is None if it is dense, and then `values` has `width` numbers."""

    values: NDArray[Any]
    keys: NDArray[np.int64] | None
    width: int


def parse(payload: bytes, position: str) -> Record:
    """Parse one record.

    Parameters
    ----------
    payload : bytes
        The record without its frame.
    position : str
        Its position, for an error message.

    Raises
    ------
    RecordIOError
        If it isn't a record, or holds anything but numbers.
    """
    try:
        message = Message.FromString(payload)
        return Record(
            {key: _tensor(value, f"{position}, feature {key!r}") for key, value in message.features.items()},
            {key: _tensor(value, f"{position}, label {key!r}") for key, value in message.label.items()},
            message.uid,
            message.metadata,
            message.configuration,
        )
    except (DecodeError, UnicodeDecodeError) as error:  # proto2 checks strings when they are read
        raise RecordIOError(f"{position}: this is not a protobuf record ({error}).") from error


def _tensor(value: Any, position: str) -> Tensor:
    kind = value.WhichOneof("value")
    if kind not in _DTYPES:
        raise RecordIOError(f"{position}: numbers are needed, not {kind or 'nothing'}.")
    tensor = getattr(value, kind)
    values = np.fromiter(tensor.values, _DTYPES[kind], len(tensor.values))
    keys = np.fromiter(tensor.keys, np.uint64, len(tensor.keys))
    return Tensor(values, keys, tuple(tensor.shape))


def document(record: Record, position: str) -> Vector:
    """Return the document of a record, its feature `values`.

    Raises
    ------
    RecordIOError
        If there is no such feature, or its keys, values and shape contradict each other.
    """
    tensor = record.features.get(VECTOR)
    if tensor is None:
        raise RecordIOError(f'{position}: the record has no feature named "{VECTOR}".')
    if len(tensor.shape) > 1 or max(tensor.shape, default=0) > _MAX_WIDTH:
        raise RecordIOError(f"{position}: a document has one dimension, not the shape {tensor.shape}.")
    if tensor.keys.size or (tensor.shape and not tensor.values.size):
        return _sparse_document(tensor, position)
    if tensor.shape and tensor.shape[0] != tensor.values.size:
        raise RecordIOError(
            f"{position}: {tensor.values.size} values don't fill the shape {tensor.shape[0]}."
        )
    return Vector(tensor.values, None, tensor.values.size)


def _sparse_document(tensor: Tensor, position: str) -> Vector:
    if not tensor.shape:
        raise RecordIOError(f"{position}: a sparse document needs the shape, the size of its vocabulary.")
    if tensor.keys.size != tensor.values.size:
        raise RecordIOError(f"{position}: {tensor.keys.size} keys don't go with {tensor.values.size} values.")
    outside = tensor.keys >= tensor.shape[0]
    if outside.any():
        raise RecordIOError(
            f"{position}: key {tensor.keys[outside.argmax()]} is outside"
            f" a vocabulary of {tensor.shape[0]} words."
        )
    return Vector(tensor.values, tensor.keys.astype(np.int64), tensor.shape[0])


class Documents(NamedTuple):
    """The documents of one buffer, how many of them are dense, and how many have a label."""

    matrix: Any
    dense: int
    labelled: int

    @property
    def layout(self) -> str:
        """Return dense, sparse or mixed."""
        return {0: "sparse", self.matrix.shape[0]: "dense"}.get(self.dense, "mixed")


def common_layout(layouts: set[str]) -> str:
    """Return the layout that all have, or mixed."""
    return next(iter(layouts)) if len(layouts) == 1 else "mixed"


def decode(frames: Frames, width: int | None) -> Documents:
    """Decode documents.

    Parameters
    ----------
    frames : Frames
        At least one record.
    width : int, optional
        The number of words of the documents before them.

    Returns
    -------
    Documents
        Their matrix is an array (n, V), maybe a view of the frames' bytes, or a canonical csr array (n, V).

    Raises
    ------
    RecordIOError
        Names the file, the record and the byte where it begins.
    """
    dense = decode_dense(frames)
    if dense is not None:
        _check_widths(frames, np.full(len(dense), dense.shape[1]), width)
        return Documents(dense, len(dense), 0)
    return _decode_mixed(frames, width)


def _decode_mixed(frames: Frames, width: int | None) -> Documents:
    canonical = decode_sparse(frames)
    others = np.setdiff1d(np.arange(len(frames.starts)), canonical.records, assume_unique=True)
    records = [parse(frames.payload(record), frames.describe(record)) for record in others]
    vectors = [document(record, frames.describe(at)) for record, at in zip(records, others, strict=True)]
    labelled = sum(bool(record.labels) for record in records)
    dense = sum(vector.keys is None for vector in vectors)
    widths = np.zeros(len(frames.starts), np.int64)
    widths[canonical.records] = canonical.widths
    widths[others] = [vector.width for vector in vectors]
    _check_widths(frames, widths, width)
    if dense == len(frames.starts):
        return Documents(np.stack([vector.values for vector in vectors]), dense, labelled)
    return Documents(_in_order(canonical, others, vectors, int(widths[0])), dense, labelled)


def _check_widths(frames: Frames, widths: NDArray[np.int64], expected: int | None) -> None:
    expected = int(widths[0]) if expected is None else expected
    wrong = widths != expected
    if wrong.any():
        record = int(wrong.argmax())
        raise RecordIOError(
            f"{frames.describe(record)}: it is over {widths[record]} words, but record 0 is over {expected}."
        )


def _in_order(canonical: SparseRecords, others: Any, vectors: list[Vector], width: int) -> Any:
    matrix = _csr(canonical.values, canonical.keys, canonical.counts, width)
    if vectors:
        matrix = sparse.vstack([matrix, _stack(vectors, width)], format="csr")
        matrix = matrix[np.argsort(np.concatenate([canonical.records, others]))]
    matrix.sum_duplicates()
    return matrix


def _stack(vectors: list[Vector], width: int) -> Any:
    keys = [np.flatnonzero(vector.values) if vector.keys is None else vector.keys for vector in vectors]
    values = [v.values[v.values != 0] if v.keys is None else v.values for v in vectors]
    return _csr(np.concatenate(values), np.concatenate(keys), np.array([len(k) for k in keys]), width)


def _csr(values: Any, keys: Any, counts: Any, width: int) -> Any:
    index = np.int32 if max(width, values.size) <= np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(index)
    return sparse.csr_array((values, keys.astype(index, copy=False), indptr), shape=(len(counts), width))
