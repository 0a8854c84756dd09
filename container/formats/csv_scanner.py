"""A compiled parser of plain CSV: decimal numbers of at least 0, commas, line ends, and nothing else.

It skips zeros eight bytes at a time. Anything else is left to the complete parser of csv_documents.py, which
also reports the errors.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.counts import LARGEST_COUNT, CountMatrix
from spectral_lda.kernels.compiling import jit

Octets = NDArray[np.uint8]
_COMMA, _POINT, _NEWLINE, _RETURN, _PLUS, _MINUS, _ZERO, _NINE, _E, _CAPITAL_E = b",.\n\r+-09eE"
# Zeros with their commas as a little-endian 64-bit word, and masks for the beginning of such a word.
_ZEROS = np.uint64(int.from_bytes(b"0,0,0,0,", "little"))
_DECIMAL_ZERO = np.uint64(int.from_bytes(b"0.0,", "little"))
_TWO_BYTES, _FOUR_BYTES, _SIX_BYTES = (np.uint64(2**bits - 1) for bits in (16, 32, 48))
_NOTHING = np.uint64(0)
_WORD = 8
# A whole number of 15 digits, multiplied or divided by one of these powers of ten, is rounded only once, so
# the result is the float64 nearest to the decimal (Clinger 1990, https://doi.org/10.1145/93542.93557).
_POWERS = 10.0 ** np.arange(23)
_FOURTEEN_DIGITS = 10**14
_UNKNOWN = -1


def scan_csv(body: bytes, words: int) -> CountMatrix | None:
    """Return the documents (D, words) of plain CSV, without empty lines; None if the body is not plain."""
    # A view of the same memory: the 64-bit words that begin at each byte.
    overlapping = np.ndarray((max(len(body) - _WORD + 1, 0),), "<u8", buffer=body, strides=(1,))
    # A document takes at least two bytes per word.
    starts = np.zeros((len(body) + 1) // (2 * words) + 2, np.int32)
    columns = np.empty(len(body) // 2 + 1, np.int32)
    weights = np.empty(columns.size)
    documents = _scan(np.frombuffer(body, np.uint8), overlapping, words, starts, columns, weights)
    if documents == _UNKNOWN:
        return None
    used = slice(starts[documents])
    parts = (weights[used].copy(), columns[used].copy(), starts[: documents + 1])
    return sparse.csr_array(parts, shape=(documents, words))


@jit
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
        if column == 0 and _line_end(octets, at) > at:
            at = _line_end(octets, at)
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
        elif column == words and (at == octets.size or _line_end(octets, at) > at):
            at, column, document = _line_end(octets, at), 0, document + 1
            starts[document] = stored
        else:
            return _UNKNOWN
    return document if column == 0 else _UNKNOWN


@jit
def _skip_zeros(overlapping: NDArray[np.uint64], at: int, column: int) -> tuple[int, int]:
    """Skip values of 0 or 0.0, which most values are, up to four at a time."""
    while at < overlapping.size:
        difference = overlapping[at] ^ _ZEROS
        if difference == _NOTHING:
            at, column = at + _WORD, column + 4
        elif difference & _TWO_BYTES == _NOTHING:
            zeros = 1 + int(difference & _FOUR_BYTES == _NOTHING) + int(difference & _SIX_BYTES == _NOTHING)
            at, column = at + 2 * zeros, column + zeros
        elif overlapping[at] & _FOUR_BYTES == _DECIMAL_ZERO:
            at, column = at + 4, column + 1
        else:
            break
    return at, column


@jit
def _line_end(octets: Octets, at: int) -> int:
    """Return the position after the line end at ``at``, or ``at`` if there is none."""
    if at < octets.size and octets[at] == _NEWLINE:
        return at + 1
    if at + 1 < octets.size and octets[at] == _RETURN and octets[at + 1] == _NEWLINE:
        return at + 2
    return at


@jit
def _number(octets: Octets, at: int) -> tuple[int, float]:
    """Return the position after the number at ``at``, and its value, NaN if it is not plain."""
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


@jit
def _decimal(octets: Octets, at: int) -> tuple[int, int, int]:
    """Read digits with or without a point as digits * 10^exponent; _UNKNOWN for none or more than 15."""
    digits = exponent = 0
    any_digit = point = False
    while at < octets.size:
        octet = octets[at]
        if octet == _POINT and not point:
            point = True
        elif not _ZERO <= octet <= _NINE:
            break
        elif digits < _FOURTEEN_DIGITS:
            any_digit = True
            digits = digits * 10 + (octet - _ZERO)
            exponent -= point
        elif octet == _ZERO:
            exponent += not point
        else:
            return at, _UNKNOWN, 0
        at += 1
    return at, (digits if any_digit else _UNKNOWN), exponent


@jit
def _power(octets: Octets, at: int) -> tuple[int, int]:
    """Read the exponent after an e; a value beyond all powers if there is none."""
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
