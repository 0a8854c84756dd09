"""Protobuf's varints and length-delimited fields, one at a time and by the array."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES, LABEL = 0x0A, 0x12  # Record's maps, fields 1 and 2
KEY, VALUE = 0x0A, 0x12  # a map entry's fields 1 and 2
FLOAT32_TENSOR = 0x12  # Value's field 2
VALUES, KEYS, SHAPE = 0x0A, 0x12, 0x1A  # a tensor's fields 1, 2 and 3, packed

VECTOR = "values"  # the name under which a record's vector stands in its map
_MORE = 0x80
_MAX_VARINT = 10
_WIDEST_WORD = 8  # bytes of the longest varint that is encoded in a machine word


def varint(number: int) -> bytes:
    """Encode one unsigned number."""
    out = bytearray()
    while number >= _MORE:
        out.append(number & 0x7F | _MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def delimited(tag: int, payload: bytes) -> bytes:
    """Encode one length-delimited field."""
    return bytes([tag]) + varint(len(payload)) + payload


def varint_lengths(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many bytes each number takes as a varint."""
    lengths = np.ones(numbers.shape, np.int64)
    highest = int(numbers.max(initial=0))
    for shift in range(7, 7 * _MAX_VARINT, 7):
        if highest >> shift == 0:
            break
        lengths += numbers >= (1 << shift)
    return lengths


def varint_ends(numbers: NDArray[Any], indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each row of numbers begins, and the last one ends, when all are varints one after the other.

    Parameters
    ----------
    numbers : int array (n,)
        Not negative.
    indptr : int array (R + 1,)
        Row r holds the numbers from `indptr[r]` up to `indptr[r + 1]`.
    """
    ends = indptr.copy()
    for shift in range(7, len(varint(int(numbers.max(initial=0)))) * 7, 7):
        shorter = np.flatnonzero(numbers < (1 << shift))
        ends += indptr - np.searchsorted(shorter, indptr)
    return ends


def encode_varints(
    numbers: NDArray[Any], indptr: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Encode all numbers, one after the other.

    Parameters
    ----------
    numbers : int array (n,)
        Not negative.
    indptr : int array (R + 1,)
        Row r holds the numbers from `indptr[r]` up to `indptr[r + 1]`.

    Returns
    -------
    stream : uint8 array
        The bytes.
    ends : int array (R + 1,)
        Where each row begins in the stream, and where the last one ends.
    """
    highest = int(numbers.max(initial=0))
    if highest >> 7 * _WIDEST_WORD:
        stream = b"".join(map(varint, numbers.tolist()))
        return np.frombuffer(stream, np.uint8), varint_ends(numbers, indptr)
    digits = len(varint(highest))
    word: Any = np.dtype(f"<u{1 << (digits - 1).bit_length()}")
    rest = numbers.astype(word)
    codes, used = rest & 0x7F, np.ones_like(rest)
    for digit in range(1, digits):
        rest >>= 7
        flag = (rest != 0).astype(word)
        codes |= (rest & 0x7F) << 8 * digit | flag << 8 * digit - 1
        used |= flag << 8 * digit
    return codes.view(np.uint8)[used.view(np.bool_)], varint_ends(numbers, indptr)


def tensor_ends(tag: int, name: str, width: int, *, shape: bool) -> tuple[bytes, bytes]:
    """Everything of a map field that holds a dense float32 tensor, but for its values.

    Parameters
    ----------
    tag : int
        `FEATURES` or `LABEL`.
    name : str
        The key in the map.
    width : int
        How many values stand between the two ends.
    shape : bool
        Whether the tensor says its width.

    Returns
    -------
    before, after : bytes
        What stands before the values and after them.
    """
    before = bytes([VALUES]) + varint(4 * width) if width else b""
    after = delimited(SHAPE, varint(width)) if shape else b""
    for outer, preceding in (
        (FLOAT32_TENSOR, b""),
        (VALUE, delimited(KEY, name.encode())),
        (tag, b""),
    ):
        before = preceding + bytes([outer]) + varint(len(before) + 4 * width + len(after)) + before
    return before, after
