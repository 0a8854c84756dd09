"""The protobuf wire format, as far as vectors of numbers need it.

Format: https://protobuf.dev/programming-guides/encoding
"""

from array import array
from collections.abc import Iterable, Iterator
from typing import Final

Field = tuple[int, int, int | bytes]
"""A field's number, its wire type and its content: a number, or the bytes."""

_VARINT, _EIGHT_BYTES, _LENGTH_DELIMITED, _FOUR_BYTES = 0, 1, 2, 5
_FIXED: Final = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_LONGEST_VARINT: Final = 10
_MORE: Final = 0x80  # the bit of a varint's byte that announces another byte


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


def floats(message: Iterable[Field], number: int, typecode: str) -> "array[float]":
    """Return a repeated float (`typecode` "f") or double ("d"), packed or not.

    As an array, which takes the bytes unchanged: a dense document may have a million of them. They are
    little-endian on the wire, and so is every processor of AWS Lambda.
    """
    numbers: array[float] = array("f" if typecode == "f" else "d")
    for content in _contents(message, number):
        if isinstance(content, bytes):
            numbers.frombytes(content)
    return numbers


def integers(message: Iterable[Field], number: int) -> list[int]:
    """Return a repeated integer, packed or not; negative ones are 64 bits of two's complement."""
    numbers: list[int] = []
    for content in _contents(message, number):
        numbers += _packed(content) if isinstance(content, bytes) else [content]
    return [value - (1 << 64) if value >> 63 else value for value in numbers]


def count(message: Iterable[Field], number: int, size: int | None) -> int:
    """Return how many numbers a repeated field holds, without decoding them.

    Parameters
    ----------
    size
        The bytes of each number; None for varints.
    """
    return sum(_count(content, size) for content in _contents(message, number))


def nested(message: Iterable[Field], number: int) -> Iterator[bytes]:
    """Yield the messages, texts or bytes that a message holds under a number."""
    return (content for content in _contents(message, number) if isinstance(content, bytes))


def _contents(message: Iterable[Field], wanted: int) -> Iterator[int | bytes]:
    return (content for number, _, content in message if number == wanted)


def _packed(content: bytes) -> Iterator[int]:
    offset = 0
    while offset < len(content):
        value, offset = _varint(content, offset)
        yield value


def _count(content: int | bytes, size: int | None) -> int:
    if isinstance(content, int):
        return 1
    return len(content) // size if size else sum(byte < _MORE for byte in content)


def _length(message: bytes, offset: int, wire_type: int) -> tuple[int, int]:
    if wire_type == _LENGTH_DELIMITED:
        return _varint(message, offset)
    if wire_type not in _FIXED:
        raise ValueError(f"wire type {wire_type} at byte {offset}")
    return _FIXED[wire_type], offset


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for position, byte in enumerate(message[offset : offset + _LONGEST_VARINT]):
        value |= (byte & ~_MORE) << 7 * position
        if byte < _MORE:
            return value, offset + position + 1
    raise ValueError(f"the number at byte {offset} doesn't end")
