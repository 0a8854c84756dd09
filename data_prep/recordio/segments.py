"""Copying many short pieces of bytes at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Positions = NDArray[np.int64]


def pieces(data: NDArray[np.uint8], width: int) -> NDArray[Any]:
    """Show every run of `width` bytes as one item: item i begins at byte i, and nothing need be aligned."""
    count = max(0, data.size - width + 1)
    return np.ndarray((count,), f"V{width}", data.data, strides=(1,))


def copy_segments(
    target: NDArray[np.uint8], to: _Positions, source: NDArray[np.uint8], start: _Positions, sizes: _Positions
) -> None:
    """Copy `sizes[i]` bytes from `source[start[i]:]` to `target[to[i]:]`, for every i.

    A piece of w to 2w - 1 bytes is copied as its first w bytes and its last w, which overlap. So there are
    two numpy calls for each power of two among the sizes, however many pieces there are, and a few
    nanoseconds for each piece, however long it is.
    """
    exponents = np.frexp(sizes)[1] - 1
    for exponent in range(max(0, int(exponents.min(initial=0))), int(exponents.max(initial=-1)) + 1):
        rows = np.flatnonzero(exponents == exponent)
        if rows.size:
            width = 1 << exponent
            put, get = pieces(target, width), pieces(source, width)
            here, there, last = to[rows], start[rows], sizes[rows] - width
            put[here] = get[there]
            put[here + last] = get[there + last]


def as_bytes(numbers: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Show float32 numbers as the little-endian bytes of the file."""
    return np.ascontiguousarray(numbers, "<f4").reshape(-1).view(np.uint8)
