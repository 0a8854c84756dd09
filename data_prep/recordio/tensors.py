"""Records as protobuf itself parses them: every legal form, one record at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.schema import Record as Message
from data_prep.recordio.wire import VECTOR

_DTYPES = {"float32_tensor": np.float32, "float64_tensor": np.float64, "int32_tensor": np.int32}
_WIDEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Tensor:
    """Numbers as a record holds them.

    `values` is float32, float64 or int32. A dense tensor has no `keys`; a sparse one has one for each
    value. `shape` is empty where the record doesn't say it.
    """

    values: NDArray[Any]
    keys: NDArray[np.uint64]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """One record: its maps of features and labels, and the strings that may stand beside them."""

    features: Mapping[str, Tensor]
    labels: Mapping[str, Tensor]
    uid: str
    metadata: str
    configuration: str


@dataclass(frozen=True)
class Vector:
    """One document: `keys` is None when it is dense, and then `values` has `width` numbers."""

    values: NDArray[Any]
    keys: NDArray[np.int64] | None
    width: int


def parse(payload: bytes, here: str) -> Record:
    """Parse one record.

    Parameters
    ----------
    payload : bytes
        The record without its frame.
    here : str
        Its place, for an error message.

    Raises
    ------
    RecordIOError
        If it isn't a record, or holds anything but numbers.
    """
    try:
        message = Message.FromString(payload)
        return Record(
            {name: _tensor(value, f"{here}, feature {name!r}") for name, value in message.features.items()},
            {name: _tensor(value, f"{here}, label {name!r}") for name, value in message.label.items()},
            message.uid,
            message.metadata,
            message.configuration,
        )
    except (DecodeError, UnicodeDecodeError) as error:  # proto2 checks strings when they are asked for
        raise RecordIOError(f"{here}: this is not a protobuf record ({error}).") from error


def _tensor(value: Any, here: str) -> Tensor:
    kind = value.WhichOneof("value")
    if kind not in _DTYPES:
        raise RecordIOError(f"{here}: numbers are needed, not {kind or 'nothing'}.")
    tensor = getattr(value, kind)
    values = np.fromiter(tensor.values, _DTYPES[kind], len(tensor.values))
    keys = np.fromiter(tensor.keys, np.uint64, len(tensor.keys))
    return Tensor(values, keys, tuple(tensor.shape))


def document(record: Record, here: str) -> Vector:
    """Take the document out of a record.

    Parameters
    ----------
    record : Record
        A record whose feature `values` is the document.
    here : str
        Its place, for an error message.

    Raises
    ------
    RecordIOError
        If there is no such feature, or its keys, values and shape contradict each other.
    """
    tensor = record.features.get(VECTOR)
    if tensor is None:
        raise RecordIOError(f'{here}: the record has no feature named "{VECTOR}".')
    if len(tensor.shape) > 1 or max(tensor.shape, default=0) > _WIDEST:
        raise RecordIOError(f"{here}: a document has one dimension, not the shape {tensor.shape}.")
    if tensor.keys.size or (tensor.shape and not tensor.values.size):
        return _sparse_document(tensor, here)
    if tensor.shape and tensor.shape[0] != tensor.values.size:
        raise RecordIOError(f"{here}: {tensor.values.size} values don't fill the shape {tensor.shape[0]}.")
    return Vector(tensor.values, None, tensor.values.size)


def _sparse_document(tensor: Tensor, here: str) -> Vector:
    if not tensor.shape:
        raise RecordIOError(f"{here}: a sparse document needs the shape, the size of its vocabulary.")
    if tensor.keys.size != tensor.values.size:
        raise RecordIOError(f"{here}: {tensor.keys.size} keys don't go with {tensor.values.size} values.")
    outside = tensor.keys >= tensor.shape[0]
    if outside.any():
        raise RecordIOError(
            f"{here}: key {tensor.keys[outside.argmax()]} lies outside"
            f" a vocabulary of {tensor.shape[0]} words."
        )
    return Vector(tensor.values, tensor.keys.astype(np.int64), tensor.shape[0])
