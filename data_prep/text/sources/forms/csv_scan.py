"""The rows of CSV in a block of bytes, found without parsing the values."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D

_Positions = NDArray[np.int64]


class Scan(NamedTuple):
    """The complete rows of a block.

    Attributes
    ----------
    end : int
        Where the last complete row ends, in bytes.
    starts, ends : array (R,)
        Where each row starts that isn't a blank line, and where its line feed is.
    widths : array (R,)
        The number of values of each.
    blank_lines : bool
        Whether there are blank lines between the rows.
    regular : bool
        Whether each quotation mark opens or closes a value or is doubled, and no carriage return is outside
        of a value. Otherwise the rows may be wrong.
    """

    end: int
    starts: _Positions
    ends: _Positions
    widths: _Positions
    blank_lines: bool
    regular: bool


def scan_rows(data: bytes, separator: str, *, quoted: bool = True) -> Scan:
    """Find the rows that end in a block that begins with a row.

    A row ends with a line feed that an even number of quotation marks precedes. Where values aren't `quoted`,
    quotation marks are characters as others.
    """
    content = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(content == _QUOTE) if quoted else np.zeros(0, np.int64)
    ends = _outside(np.flatnonzero(content == _LF), quotes)
    separators = _outside(np.flatnonzero(content == ord(separator)), quotes)
    end = int(ends[-1]) + 1 if len(ends) else 0
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    widths = np.diff(np.searchsorted(separators, ends), prepend=0) + 1
    filled = ~_blank(content, starts, ends)
    regular = _regular_quotes(content, quotes, ord(separator)) and _regular_returns(content[:end], quotes)
    return Scan(end, starts[filled], ends[filled], widths[filled], not filled.all(), regular)


def _outside(positions: _Positions, quotes: _Positions) -> _Positions:
    """Keep the positions that aren't within quotation marks."""
    outside: _Positions = positions[np.searchsorted(quotes, positions) % 2 == 0]
    return outside


def _blank(content: NDArray[Any], starts: _Positions, ends: _Positions) -> NDArray[np.bool_]:
    length = ends - starts
    blank: NDArray[np.bool_] = (length == 0) | ((length == 1) & (content[starts] == _CR))
    return blank


def _regular_quotes(content: NDArray[Any], quotes: _Positions, separator: int) -> bool:
    """Whether each first quotation mark of a pair begins a value, and each second one ends it."""
    opening, closing = quotes[::2], quotes[1::2]
    before = content[np.maximum(opening - 1, 0)]
    after = content[np.minimum(closing + 1, len(content) - 1)]
    doubled = closing[: len(opening) - 1] + 1 == opening[1:] if len(opening) > 1 else np.zeros(0, bool)
    opens = (opening == 0) | np.isin(before, [separator, _LF])
    opens[1:] |= doubled
    closes = (closing == len(content) - 1) | np.isin(after, [separator, _LF, _CR])
    closes[: len(doubled)] |= doubled
    return bool(opens.all() and closes.all())


def _regular_returns(content: NDArray[Any], quotes: _Positions) -> bool:
    """Whether carriage returns outside of values are those of CRLF."""
    returns = _outside(np.flatnonzero(content == _CR), quotes)
    return bool((content[np.minimum(returns + 1, len(content) - 1)] == _LF).all())
