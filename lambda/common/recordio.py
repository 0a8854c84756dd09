"""The first documents of a RecordIO-protobuf shard, read without numpy or protobuf.

A second, small reader beside ``data_prep.recordio``, so that the function carries no packages. Formats:
frames of MXNet's RecordIO (https://mxnet.apache.org/versions/1.9.1/api/faq/recordio) around the messages of
``aialgs.data`` (SageMaker developer guide, "Common data formats for training").
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from common.protobuf import fields, floats, integers, nested

MAGIC: Final = 0xCED7230A
_MAGIC_BYTES: Final = struct.pack("<I", MAGIC)
_LENGTH: Final = (1 << 29) - 1
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)
# The tensors of a Value by their field numbers: float32, float64, and int32, which is varints.
_TENSORS: Final = {2: "f", 3: "d", 7: None}


class RecordError(ValueError):
    """The bytes aren't a record; the text says what is wrong and at which byte."""


class IncompleteError(RecordError):
    """The bytes end within a record; `needed` says how many of the file's first bytes it takes, if known."""

    def __init__(self, needed: int | None, held: int) -> None:
        super().__init__(f"the first record ends at byte {needed}, but the file at byte {held}")
        self.needed = needed


class Content(Protocol):
    """A document of either format."""

    def mistake(self, feature_dim: int) -> str | None:
        """Return what contradicts a vocabulary of `feature_dim` words, or None."""

    def sparse(self) -> tuple[list[int], list[float]]:
        """Return the keys and values of the words that occur."""


@dataclass(frozen=True)
class Document:
    """One document: word `keys` (None where dense), their counts, the size of the vocabulary if said."""

    keys: list[int] | None
    values: Sequence[float]
    shape: int | None

    def mistake(self, feature_dim: int) -> str | None:
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


def documents(head: bytes) -> Iterator[Document]:
    """Yield the documents that lie whole within the first bytes of a shard.

    Raises
    ------
    IncompleteError
        When not even the first does.
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


def _payload(head: bytes, offset: int) -> tuple[bytes, int]:
    """Return the payload of the record at `offset`, its parts joined, and where the next record begins."""
    parts: list[bytes] = []
    while True:
        flag, part, offset = _part(head, offset)
        if flag not in ((_MIDDLE, _LAST) if parts else (_WHOLE, _FIRST)):
            raise RecordError(f"the part that ends at byte {offset} is out of order (flag {flag})")
        parts.append(part)
        if flag in (_WHOLE, _LAST):
            # MXNet's writer cuts a payload wherever the magic stands on a 4-byte boundary, and drops it.
            return _MAGIC_BYTES.join(parts), offset


def _part(head: bytes, offset: int) -> tuple[int, bytes, int]:
    if len(head) < offset + 8:
        raise IncompleteError(offset + 8, len(head))
    magic, flag_and_length = struct.unpack_from("<II", head, offset)
    if magic != MAGIC:
        raise RecordError(f"no RecordIO frame begins at byte {offset} (found {magic:#010x})")
    length = flag_and_length & _LENGTH
    begin, end = offset + 8, offset + 8 + length + -length % 4
    if len(head) < end:
        raise IncompleteError(end, len(head))
    return flag_and_length >> 29, head[begin : begin + length], end


def _document(payload: bytes) -> Document:
    try:
        for entry in nested(fields(payload), 1):
            if b"values" in nested(fields(entry), 1):
                return _tensor(next(nested(fields(entry), 2), b""))
    except (ValueError, struct.error) as error:
        raise RecordError(f"a record holds no vector ({error})") from error
    raise RecordError("a record has no feature named values")


def _tensor(value: bytes) -> Document:
    for number, kind in _TENSORS.items():
        for content in nested(fields(value), number):
            tensor = list(fields(content))
            values: Sequence[float] = floats(tensor, 1, kind) if kind else integers(tensor, 1)
            shape = integers(tensor, 3)
            return Document(integers(tensor, 2) or None, values, shape[-1] if shape else None)
    raise ValueError("neither float32, float64 nor int32")
