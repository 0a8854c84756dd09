"""The same fields written into many records at once."""

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.segments import copy_segments, pieces
from data_prep.recordio.wire import varint_lengths

_Lengths = NDArray[np.int64]
Part = bytes | tuple[int, _Lengths]


class Pen:
    """Writes into every record of a block; `at` is where each record's pen stands in `out`."""

    def __init__(self, size: int, starts: _Lengths) -> None:
        self.out = np.zeros(size, np.uint8)
        self.at = starts.copy()

    def put(self, *parts: Part) -> None:
        """Write parts that follow each other: bytes, or the tag and the length of a field unless it is 0.

        Records whose lengths take equally many digits share a stamp, of which only the digits change.
        """
        lengths = [part[1] for part in parts if isinstance(part, tuple)]
        digits = [np.where(length > 0, varint_lengths(length), 0) for length in lengths]
        classes = sum((digit << 4 * index for index, digit in enumerate(digits)), np.zeros_like(self.at))
        for class_ in np.unique(classes) if np.ptp(classes) else classes[:1]:
            rows = np.flatnonzero(classes == class_)
            stamps = _stamps(parts, rows, [int(digit[rows[0]]) for digit in digits])
            if stamps.shape[1]:
                pieces(self.out, stamps.shape[1])[self.at[rows]] = pieces(
                    stamps.reshape(-1), stamps.shape[1]
                )[:: stamps.shape[1]]
                self.at[rows] += stamps.shape[1]

    def copy(self, source: NDArray[np.uint8], starts: _Lengths, sizes: _Lengths) -> None:
        """Write the next piece of `source` into each record."""
        copy_segments(self.out, self.at, source, starts, sizes)
        self.at += sizes


def _stamps(parts: tuple[Part, ...], rows: NDArray[np.intp], digits: list[int]) -> NDArray[np.uint8]:
    """Make a stamp for each of the rows; the n-th length of the parts takes `digits[n]` bytes."""
    taken = iter(digits)
    literal, fields = b"", []
    for part in parts:
        if isinstance(part, bytes):
            literal += part
        elif count := next(taken):
            literal += bytes([part[0], *bytes(count)])
            fields.append((slice(len(literal) - count, len(literal)), part[1][rows]))
    stamps = np.empty((len(rows), len(literal)), np.uint8)
    stamps[:] = np.frombuffer(literal, np.uint8)
    for columns, numbers in fields:
        _put_digits(stamps[:, columns], numbers)
    return stamps


def _put_digits(columns: NDArray[np.uint8], numbers: _Lengths) -> None:
    count = columns.shape[1]
    for index in range(count):
        more = 0x80 if index < count - 1 else 0
        columns[:, index] = (numbers >> (7 * index)) & 0x7F | more
