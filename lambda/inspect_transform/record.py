"""How many words the first record of a RecordIO-protobuf object is over.

A second, small reader beside ``data_prep.recordio``, so that the function carries no packages. Formats:
frames of MXNet's RecordIO (https://mxnet.apache.org/versions/1.9.1/api/faq/recordio) around the messages of
``aialgs.data`` (SageMaker developer guide, "Common data formats for training"), and protobuf's wire format
(https://protobuf.dev/programming-guides/encoding).
"""

import struct
from collections.abc import Iterator
from typing import Final

_MAGIC: Final = 0xCED7230A
_LENGTH_BITS: Final = 29
_VARINT, _COUNTED = 0, 2
_FIXED: Final = {1: 8, 5: 4}
# The tensors of a Value by their field numbers, with the bytes of a number: int32 is varints.
_TENSORS: Final = {2: 4, 3: 8, 7: None}
_VALUES, _KEYS, _SHAPE = 1, 2, 3
_MORE: Final = 0x80  # the bit that says that another byte of a varint follows


def width(head: bytes) -> int | None:
    """Return what the first record says, or None: it says nothing, isn't whole in `head`, or isn't one."""
    try:
        magic, flag_and_length = struct.unpack_from("<II", head)
        flag, length = divmod(flag_and_length, 1 << _LENGTH_BITS)
        # A record in parts (any flag) is rare, and nobody's first record has to tell.
        if magic != _MAGIC or flag or len(head) < 8 + length:
            return None
        return _of_record(head[8 : 8 + length])
    except (struct.error, LookupError):
        return None


def _of_record(record: bytes) -> int | None:
    for feature in _messages(record, 1):
        if b"values" in _messages(feature, 1):
            value = next(_messages(feature, 2), b"")
            for number, size in _TENSORS.items():
                for tensor in _messages(value, number):
                    return _of_tensor(list(_fields(tensor)), size)
    return None


def _of_tensor(fields: list[tuple[int, int | bytes]], size: int | None) -> int | None:
    shape = [part for number, content in fields if number == _SHAPE for part in _integers(content)]
    if shape:
        return shape[-1]
    if any(number == _KEYS for number, _ in fields):
        return None
    # A document without words has no values, and may be of either layout.
    return sum(_count(content, size) for number, content in fields if number == _VALUES) or None


def _count(content: int | bytes, size: int | None) -> int:
    if isinstance(content, int):
        return 1
    return len(content) // size if size else sum(byte < _MORE for byte in content)


def _messages(message: bytes, wanted: int) -> Iterator[bytes]:
    return (
        content for number, content in _fields(message) if number == wanted and isinstance(content, bytes)
    )


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    offset = 0
    while offset < len(message):
        tag, offset = _varint(message, offset)
        number, wire_type = tag >> 3, tag & 7
        if wire_type == _VARINT:
            value, offset = _varint(message, offset)
            yield number, value
            continue
        length, offset = _varint(message, offset) if wire_type == _COUNTED else (_FIXED[wire_type], offset)
        yield number, message[offset : offset + length]
        offset += length


def _integers(content: int | bytes) -> Iterator[int]:
    if isinstance(content, int):
        yield content
        return
    offset = 0
    while offset < len(content):
        value, offset = _varint(content, offset)
        yield value


def _varint(message: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[offset]
        value |= (byte & ~_MORE) << shift
        offset, shift = offset + 1, shift + 7
        if byte < _MORE:
            return value, offset
