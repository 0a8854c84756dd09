"""The first documents of a RecordIO-protobuf object, read without numpy or protobuf.

A second, small reader next to ``data_prep.recordio``, so that the functions bundle no packages. Formats:
frames of MXNet's RecordIO (https://mxnet.apache.org/versions/1.9.1/api/faq/recordio) around the messages of
``aialgs.data`` (SageMaker developer guide, "Common data formats for training").
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from common import protobuf

MAGIC: Final = 0xCED7230A
_MAGIC_BYTES: Final = struct.pack("<I", MAGIC)
_LENGTH_BITS: Final = 29
_HEADER_BYTES: Final = 8
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)
_VALUES, _KEYS, _SHAPE = 1, 2, 3


class _Type(NamedTuple):
    """A type of numbers: its code in an array and its bytes; None for int32, which is varints."""

    typecode: str | None
    size: int | None


# The tensors of a Value by their field numbers: float32, float64 and int32.
_TYPES: Final = {2: _Type("f", 4), 3: _Type("d", 8), 7: _Type(None, None)}


class RecordError(ValueError):
    """The bytes aren't a record; the text has what is wrong and at which byte."""


class IncompleteError(RecordError):
    """The bytes end within a record; `needed` is how many of the object's first bytes it takes, if known."""

    def __init__(self, needed: int | None, available: int) -> None:
        super().__init__(f"the first record ends at byte {needed}, but the file at byte {available}")
        self.needed = needed


class Document(Protocol):
    """A document of any format."""

    def problem(self, feature_dim: int) -> str | None:
        """Return what contradicts a vocabulary of `feature_dim` words, or None."""

    def sparse(self) -> tuple[list[int], list[float]]:
        """Return the keys and values of the words that occur."""


@dataclass(frozen=True)
class RecordDocument:
    """One document: word `keys` (None where dense), their counts, the size of the vocabulary if given."""

    keys: list[int] | None
    values: Sequence[float]
    shape: int | None

    def problem(self, feature_dim: int) -> str | None:
        """Return what contradicts a vocabulary of `feature_dim` words, or None."""
        if self.shape is not None and self.shape != feature_dim:
            return f"has {self.shape} features"
        if self.keys is None:
            # A document without any words has neither keys nor values, so that it may be of either layout.
            fits = len(self.values) == feature_dim or (not self.values and self.shape is not None)
            return None if fits else f"has {len(self.values)} values"
        if len(self.keys) != len(self.values):
            return f"has {len(self.keys)} keys but {len(self.values)} values"
        outside = next((key for key in (min(self.keys), max(self.keys)) if not 0 <= key < feature_dim), None)
        return None if outside is None else f"has the key {outside}"

    def sparse(self) -> tuple[list[int], list[float]]:
        """Return the keys and values of the words that occur."""
        keys = range(len(self.values)) if self.keys is None else self.keys
        present = [(key, float(value)) for key, value in zip(keys, self.values, strict=True) if value]
        return [key for key, _ in present], [value for _, value in present]


def read_documents(head: bytes) -> Iterator[RecordDocument]:
    """Yield the documents that are whole within the first bytes of an object.

    Raises
    ------
    IncompleteError
        When not even the first is whole.
    RecordError
        When a record isn't one.
    """
    offset = 0
    while offset < len(head):
        try:
            payload, offset = _payload(head, offset)
        except IncompleteError:
            if offset == 0:
                raise
            return
        yield _document(payload)


def first_width(head: bytes) -> int | None:
    """Return how many words the first document is over, without decoding its counts.

    None where the record doesn't have it, isn't whole within the first bytes, or isn't a record. A record
    in several parts is rare, and not read.
    """
    try:
        flag, begin, end = _frame(head, 0)
        if flag != _WHOLE or len(head) < end:
            return None
        tensor, type_ = _tensor(head[begin:end])
        shape = protobuf.integers(tensor, _SHAPE)
    except ValueError:
        return None
    if shape:
        return shape[-1]
    if any(number == _KEYS for number, _, _ in tensor):
        return None
    # A document without words has no values, and may be of either layout.
    return protobuf.count(tensor, _VALUES, type_.size) or None


def _payload(head: bytes, offset: int) -> tuple[bytes, int]:
    """Return the payload of the record at `offset`, its parts joined, and where the next record begins."""
    parts: list[bytes] = []
    while True:
        flag, begin, end = _frame(head, offset)
        offset = end + -(end - begin) % 4
        if len(head) < offset:
            raise IncompleteError(offset, len(head))
        if flag not in ((_MIDDLE, _LAST) if parts else (_WHOLE, _FIRST)):
            raise RecordError(f"the part that ends at byte {offset} is out of order (flag {flag})")
        parts.append(head[begin:end])
        if flag in (_WHOLE, _LAST):
            # MXNet's writer cuts a payload at each magic on a 4-byte boundary, and drops the magic.
            return _MAGIC_BYTES.join(parts), offset


def _frame(head: bytes, offset: int) -> tuple[int, int, int]:
    """Return the flag of the frame at `offset`, and where its content begins and ends."""
    begin = offset + _HEADER_BYTES
    if len(head) < begin:
        raise IncompleteError(begin, len(head))
    magic, flag_and_length = struct.unpack_from("<II", head, offset)
    if magic != MAGIC:
        raise RecordError(f"no RecordIO frame begins at byte {offset} (found {magic:#010x})")
    flag, length = divmod(flag_and_length, 1 << _LENGTH_BITS)
    return flag, begin, begin + length


def _document(payload: bytes) -> RecordDocument:
    tensor, type_ = _tensor(payload)
    try:
        values: Sequence[float] = (
            protobuf.floats(tensor, _VALUES, type_.typecode)
            if type_.typecode
            else protobuf.integers(tensor, _VALUES)
        )
        shape, keys = protobuf.integers(tensor, _SHAPE), protobuf.integers(tensor, _KEYS)
    except ValueError as error:
        raise RecordError(f"a record holds no vector ({error})") from error
    return RecordDocument(keys or None, values, shape[-1] if shape else None)


def _tensor(payload: bytes) -> tuple[list[protobuf.Field], _Type]:
    """Return the fields of the tensor in a record's feature named values, and the type of its numbers."""
    try:
        for feature in protobuf.nested(protobuf.fields(payload), 1):
            if b"values" in protobuf.nested(protobuf.fields(feature), 1):
                value = next(protobuf.nested(protobuf.fields(feature), 2), b"")
                return _typed_tensor(value)
    except ValueError as error:
        raise RecordError(f"a record holds no vector ({error})") from error
    raise RecordError("a record has no feature named values")


def _typed_tensor(value: bytes) -> tuple[list[protobuf.Field], _Type]:
    for number, type_ in _TYPES.items():
        for content in protobuf.nested(protobuf.fields(value), number):
            return list(protobuf.fields(content)), type_
    raise ValueError("neither float32, float64 nor int32")
