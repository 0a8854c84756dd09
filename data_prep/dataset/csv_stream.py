"""CSV of counts, one document a line, some lines at a time."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.dataset.tally import RULE, bad_count

_PIECE = 1 << 20  # bytes read at a time
_LONGEST_LINE = 1 << 26  # bytes: a document over so many words isn't meant
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(rb"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_SHOWN = 40  # characters of a value in a message

_Numbered = list[tuple[int, bytes]]


class _Lines(NamedTuple):
    """Some lines that hold something, with their numbers, counted from 1."""

    name: str
    lines: _Numbered


def csv_chunks(source: Any, name: str) -> Iterator[NDArray[np.float64]]:
    """Read counts from CSV without header and label, in the memory of a few MiB or of the longest line.

    Parameters
    ----------
    source : binary file
        Of which only `read` is used.
    name : str
        The file, for an error message.

    Yields
    ------
    array (n, V)
        The next documents.

    Raises
    ------
    ValueError
        Names the file, the line (from 1) and the column (from 0) of what isn't a count.
    """
    width = 0
    for numbered in _pieces(source, name):
        width = width or numbered[0][1].count(b",") + 1
        yield _counts(_Lines(name, numbered), width)


def _pieces(source: Any, name: str) -> Iterator[_Numbered]:
    """Give the lines that end within each piece of the file."""
    rest, number = b"", 1
    while True:
        piece = source.read(_PIECE)
        if number == 1 and not rest and piece.startswith(_BYTE_ORDER_MARK):
            raise ValueError(f"{name} begins with a byte order mark; save it as UTF-8 without one.")
        whole, end, rest = (rest + piece).rpartition(b"\n") if piece else (rest, b"", b"")
        if len(rest) > _LONGEST_LINE:
            raise ValueError(f"{name}, line {number}: the line is longer than {_LONGEST_LINE} bytes.")
        lines = whole.split(b"\n") if whole or end else []
        if filled := [(at, line) for at, line in enumerate(lines, start=number) if line.strip()]:
            yield filled
        if not piece:
            return
        number += len(lines)


def _counts(piece: _Lines, width: int) -> NDArray[np.float64]:
    rows = _parsed(piece, width)
    if wrong := bad_count(rows):
        number, line = piece.lines[wrong.row]
        _refuse(piece.name, number, wrong.column, line.split(b",")[wrong.column])
    return rows


def _parsed(piece: _Lines, width: int) -> NDArray[np.float64]:
    """Parse with numpy; where that refuses, find out why."""
    text = [line.decode("latin-1") for _, line in piece.lines]
    try:
        rows = np.loadtxt(text, delimiter=",", comments=None, ndmin=2)
    except ValueError:
        rows = np.empty((0, 0))
    if rows.shape != (len(text), width):
        for number, line in piece.lines:
            _explain(piece.name, number, line, width)
        raise ValueError(f"{piece.name}, from line {piece.lines[0][0]}: this isn't CSV of numbers.")
    return rows


def _explain(name: str, number: int, line: bytes, width: int) -> None:
    """Raise ValueError if this is the line that numpy stumbled over."""
    values = line.split(b",")
    if len(values) != width:
        raise ValueError(f"{name}, line {number}: {len(values)} values, but the first line has {width}.")
    for column, value in enumerate(values):
        if not _NUMBER.fullmatch(value):
            _refuse(name, number, column, value)


def _refuse(name: str, number: int, column: int, value: bytes) -> None:
    shown = value.strip()[:_SHOWN].decode("utf-8", "replace")
    header = " A header must go." if number == 1 else ""
    raise ValueError(f"{name}, line {number}, column {column}: {shown!r}; {RULE}.{header}")
