"""Protobuf's varints and length-delimited fields, one at a time and by the array."""

import numpy as np
from numpy.typing import NDArray

FEATURES, LABEL = 0x0A, 0x12  # Record's maps, fields 1 and 2
KEY, VALUE = 0x0A, 0x12  # a map entry's fields 1 and 2
FLOAT32_TENSOR = 0x12  # Value's field 2
VALUES, KEYS, SHAPE = 0x0A, 0x12, 0x1A  # a tensor's fields 1, 2 and 3, packed

VECTOR = "values"  # the name under which a record's vector stands in its map
_MORE = 0x80
_MAX_VARINT = 10


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


def put_varints(
    out: NDArray[np.uint8], at: NDArray[np.int64], numbers: NDArray[np.int64], lengths: NDArray[np.int64]
) -> None:
    """Write each number as a varint of `lengths` bytes at `out[at]`."""
    for index in range(int(lengths.max(initial=0))):
        rows = slice(None) if index == 0 else lengths > index
        more = (lengths[rows] > index + 1).astype(np.int64) << 7
        out[at[rows] + index] = (numbers[rows] >> (7 * index)) & 0x7F | more


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
