"""A compiled reader of plain CSV: decimal numbers of at least 0, commas, line ends, and nothing else.

It goes over zeros eight bytes at a time. What it does not know, it leaves to the careful reader of
csv_documents.py, which also has the words for mistakes.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from spectral_lda.counts import LARGEST_COUNT, CountMatrix

Octets = NDArray[np.uint8]
# Four zeros and two, each with its comma, as a little-endian machine reads them from memory.
_ZEROS = np.uint64(int.from_bytes(b"0,0,0,0,", "little"))
_DECIMAL_ZEROS = np.uint64(int.from_bytes(b"0.0,0.0,", "little"))
_WORD = 8
_COMMA, _POINT, _NEWLINE, _RETURN, _PLUS, _MINUS, _ZERO, _NINE, _E, _CAPITAL_E = b",.\n\r+-09eE"
# A whole number of 15 digits, times or over one of these powers of ten, is a single rounding of two exact
# float64, and so the float64 nearest to the decimal (Clinger 1990, https://doi.org/10.1145/93542.93557).
_POWERS = 10.0 ** np.arange(23)
_MOST_DIGITS = 15
_UNKNOWN = -1


def scan_csv(body: bytes, words: int) -> CountMatrix | None:
    """Return the documents (D, words) of plain CSV, without empty lines; None of a body that is not plain."""
    # The eight bytes that begin at each byte: the same memory, seen as words that overlap.
    overlapping = np.ndarray((max(len(body) - _WORD + 1, 0),), "<u8", buffer=body, strides=(1,))
    starts = np.zeros(body.count(b"\n") + 2, np.int32)
    columns = np.empty(len(body) // 2 + 1, np.int32)
    weights = np.empty(columns.size)
    documents = _scan(np.frombuffer(body, np.uint8), overlapping, words, starts, columns, weights)
    if documents == _UNKNOWN:
        return None
    used = slice(starts[documents])
    parts = (weights[used].copy(), columns[used].copy(), starts[: documents + 1])
    return CountMatrix(parts, shape=(documents, words))


@njit(cache=True, nogil=True)
def _scan(
    octets: Octets,
    overlapping: NDArray[np.uint64],
    words: int,
    starts: NDArray[np.int32],
    columns: NDArray[np.int32],
    weights: NDArray[np.float64],
) -> int:
    """Fill the parts of a CSR matrix; return the number of its rows, or _UNKNOWN."""
    at = column = document = stored = 0
    while at < octets.size:
        at, column = _skip_zeros(overlapping, at, column)
        after = _line_end(octets, at)
        if column == 0 and after > at:
            at = after
            continue
        at, weight = _number(octets, at)
        if not weight <= LARGEST_COUNT or column >= words:
            return _UNKNOWN
        if weight > 0:
            columns[stored], weights[stored] = column, weight
            stored += 1
        column += 1
        if at < octets.size and octets[at] == _COMMA:
            at += 1
            continue
        after = _line_end(octets, at)
        if column != words or (after == at and at < octets.size):
            return _UNKNOWN
        at, column, document = after, 0, document + 1
        starts[document] = stored
    return document if column == 0 else _UNKNOWN


@njit(cache=True, nogil=True)
def _skip_zeros(overlapping: NDArray[np.uint64], at: int, column: int) -> tuple[int, int]:
    while at < overlapping.size:
        if overlapping[at] == _ZEROS:
            column += 4
        elif overlapping[at] == _DECIMAL_ZEROS:
            column += 2
        else:
            break
        at += _WORD
    return at, column


@njit(cache=True, nogil=True)
def _line_end(octets: Octets, at: int) -> int:
    """Return the place after the line end that stands at ``at``, or ``at`` where none does."""
    if at < octets.size and octets[at] == _NEWLINE:
        return at + 1
    if at + 1 < octets.size and octets[at] == _RETURN and octets[at + 1] == _NEWLINE:
        return at + 2
    return at


@njit(cache=True, nogil=True)
def _number(octets: Octets, at: int) -> tuple[int, float]:
    """Return the place after the number that stands at ``at``, and its value: NaN where that isn't known."""
    if at + 1 < octets.size and octets[at + 1] == _COMMA and _ZERO <= octets[at] <= _NINE:
        return at + 1, float(octets[at] - _ZERO)
    at, digits, exponent = _decimal(octets, at)
    if at < octets.size and (octets[at] == _E or octets[at] == _CAPITAL_E):
        at, power = _power(octets, at + 1)
        exponent += power
    if digits == _UNKNOWN or abs(exponent) >= _POWERS.size:
        return at, np.nan
    if exponent < 0:
        return at, digits / _POWERS[-exponent]
    return at, digits * _POWERS[exponent]


@njit(cache=True, nogil=True)
def _decimal(octets: Octets, at: int) -> tuple[int, int, int]:
    """Read digits with or without a point, digits * 10^exponent; digits is _UNKNOWN if there are too many.

    Zeros are held back until another digit follows, since those at the end say nothing.
    """
    digits = exponent = zeros = significant = 0
    any_digit = point = False
    while at < octets.size:
        octet = octets[at]
        if octet == _POINT and not point:
            point = True
        elif octet == _ZERO:
            any_digit = True
            zeros += 1
            exponent -= point
        elif _ZERO < octet <= _NINE:
            any_digit = True
            significant = significant + zeros + 1 if digits else 1
            if significant > _MOST_DIGITS:
                return at, _UNKNOWN, 0
            for _ in range(zeros if digits else 0):
                digits *= 10
            digits = digits * 10 + (octet - _ZERO)
            zeros = 0
            exponent -= point
        else:
            break
        at += 1
    return at, (digits if any_digit else _UNKNOWN), exponent + (zeros if digits else 0)


@njit(cache=True, nogil=True)
def _power(octets: Octets, at: int) -> tuple[int, int]:
    """Read the exponent after an e; beyond all powers where none stands."""
    negative = at < octets.size and octets[at] == _MINUS
    if at < octets.size and (octets[at] == _MINUS or octets[at] == _PLUS):
        at += 1
    first, power = at, 0
    while at < octets.size and _ZERO <= octets[at] <= _NINE and power < _POWERS.size:
        power = power * 10 + (octets[at] - _ZERO)
        at += 1
    if at == first:
        power = _POWERS.size
    return at, -power if negative else power
