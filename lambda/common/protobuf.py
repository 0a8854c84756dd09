"""The protobuf wire format, as far as vectors of numbers need it.

Format: https://protobuf.dev/programming-guides/encoding
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

Field = tuple[int, int, int | bytes]
"""A field's number, its wire type and its content: a number, or the bytes."""

_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5
_FIXED: Final = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_LONGEST_VARINT: Final = 10


def fields(message: bytes) -> Iterator[Field]:
    """Yield the fields of a message in their order.

    Raises
    ------
    ValueError
        When the bytes end within a field or hold a wire type that protobuf 3 doesn't know.
    """
    offset = 0
    while offset < len(message):
        tag, offset = _varint(message, offset)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, offset = _varint(message, offset)
            yield number, wire_type, value
            continue
        length, offset = _length(message, offset, wire_type)
        if offset + length > len(message):
            raise ValueError(f"field {number} ends beyond its message")
        yield number, wire_type, message[offset : offset + length]
        offset += length


def floats(message: Iterable[Field], number: int, kind: str) -> "array[float]":
    """Return a repeated float (`kind` "f") or double ("d"), packed or not.

    As an array, which takes the bytes as they are: a dense document may have a million of them. They are
    little-endian on the wire, and so is every processor of AWS Lambda.
    """
    numbers: array[float] = array("f" if kind == "f" else "d")
    for _, _, content in _of(message, number):
        if isinstance(content, bytes):
            numbers.frombytes(content)
    return numbers


def integers(message: Iterable[Field], number: int) -> list[int]:
    """Return a repeated integer, packed or not; negative ones come as 64 bits of two's complement."""
    numbers: list[int] = []
    for _, _, content in _of(message, number):
        numbers += _packed(content) if isinstance(content, bytes) else [content]
    return [value - (1 << 64) if value >> 63 else value for value in numbers]


def nested(message: Iterable[Field], number: int) -> Iterator[bytes]:
    """Yield the messages, texts or bytes that a message holds under a number."""
    return (content for _, _, content in _of(message, number) if isinstance(content, bytes))


def _of(message: Iterable[Field], number: int) -> Iterator[Field]:
    return (field for field in message if field[0] == number)


def _packed(content: bytes) -> Iterator[int]:
    offset = 0
    while offset < len(content):
        value, offset = _varint(content, offset)
        yield value


def _length(message: bytes, offset: int, wire_type: int) -> tuple[int, int]:
    if wire_type == _COUNTED:
        return _varint(message, offset)
    if wire_type not in _FIXED:
        raise ValueError(f"wire type {wire_type} at byte {offset}")
    return _FIXED[wire_type], offset


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for position, byte in enumerate(message[offset : offset + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:  # noqa: PLR2004 -- the eighth bit says that another byte follows
            return value, offset + position + 1
    raise ValueError(f"the number at byte {offset} doesn't end")
