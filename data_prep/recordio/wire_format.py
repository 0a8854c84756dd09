"""Protobuf's wire format: varints and length-delimited fields, one at a time or as arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES, LABEL = 0x0A, 0x12  # Record's maps, fields 1 and 2
KEY, VALUE = 0x0A, 0x12  # a map entry's fields 1 and 2
FLOAT32_TENSOR = 0x12  # Value's field 2
VALUES, KEYS, SHAPE = 0x0A, 0x12, 0x1A  # a tensor's fields 1, 2 and 3, packed

VECTOR = "values"  # the key of a record's vector in its map
_MORE = 0x80
_MAX_VARINT = 10
_WIDEST_WORD = 8  # bytes of the longest varint that is encoded in a machine word

Lengths = NDArray[np.int64]


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


def varint_lengths(numbers: Lengths) -> Lengths:
    """Return how many bytes each number takes as a varint."""
    lengths = np.ones(numbers.shape, np.int64)
    highest = int(numbers.max(initial=0))
    for shift in range(7, 7 * _MAX_VARINT, 7):
        if highest >> shift == 0:
            break
        lengths += numbers >= (1 << shift)
    return lengths


def varint_ends(numbers: NDArray[Any], indptr: Lengths) -> Lengths:
    """Return where each row of numbers begins, and the last one ends, in a stream of varints.

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


def encode_varints(numbers: NDArray[Any], indptr: Lengths) -> tuple[NDArray[np.uint8], Lengths]:
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


def put_varints(columns: NDArray[np.uint8], numbers: Lengths) -> None:
    """Encode numbers of equally many digits, a row of `columns` each."""
    count = columns.shape[1]
    for index in range(count):
        more = _MORE if index < count - 1 else 0
        columns[:, index] = (numbers >> (7 * index)) & 0x7F | more


def tensor_envelope(tag: int, key: str, width: int, *, shape: bool) -> tuple[bytes, bytes]:
    """Encode a map field that holds a dense float32 tensor, without the tensor's values.

    Parameters
    ----------
    tag : int
        `FEATURES` or `LABEL`.
    key : str
        The key in the map.
    width : int
        The number of values.
    shape : bool
        Whether the tensor has the field `shape`.

    Returns
    -------
    before, after : bytes
        The bytes before the values and after them.
    """
    before = bytes([VALUES]) + varint(4 * width) if width else b""
    after = delimited(SHAPE, varint(width)) if shape else b""
    for outer, preceding in (
        (FLOAT32_TENSOR, b""),
        (VALUE, delimited(KEY, key.encode())),
        (tag, b""),
    ):
        before = preceding + bytes([outer]) + varint(len(before) + 4 * width + len(after)) + before
    return before, after


def as_bytes(numbers: NDArray[np.float32]) -> NDArray[np.uint8]:
    """View float32 numbers as the little-endian bytes of the file."""
    return np.ascontiguousarray(numbers, "<f4").reshape(-1).view(np.uint8)


def byte_windows(data: NDArray[np.uint8], width: int) -> NDArray[Any]:
    """View every run of `width` bytes as one item: item i begins at byte i, at any alignment."""
    count = max(0, data.size - width + 1)
    return np.ndarray((count,), f"V{width}", data.data, strides=(1,))


def copy_segments(
    target: NDArray[np.uint8], to: Lengths, source: NDArray[np.uint8], start: Lengths, sizes: Lengths
) -> None:
    """Copy `sizes[i]` bytes from `source[start[i]:]` to `target[to[i]:]`, for every i.

    A segment of w to 2w - 1 bytes is copied as its first w bytes and its last w, which overlap. So there are
    two numpy calls for each power of two among the sizes, however many segments there are, and a few
    nanoseconds for each segment, however long it is.
    """
    exponents = np.frexp(sizes)[1] - 1
    for exponent in range(max(0, int(exponents.min(initial=0))), int(exponents.max(initial=-1)) + 1):
        rows = np.flatnonzero(exponents == exponent)
        if rows.size:
            width = 1 << exponent
            put, get = byte_windows(target, width), byte_windows(source, width)
            first_to, first_from, last = to[rows], start[rows], sizes[rows] - width
            put[first_to] = get[first_from]
            put[first_to + last] = get[first_from + last]
