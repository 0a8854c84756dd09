"""CSV of counts, one document a line, read some lines at a time."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.dataset.validation import RULE, first_invalid_count

_READ_BYTES = 1 << 20  # read at a time
_LONGEST_LINE = 1 << 26  # bytes: more than a document of any supported vocabulary
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(rb"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_MAX_SHOWN = 40  # characters of a value in a message

_NumberedLines = list[tuple[int, bytes]]


class _Chunk(NamedTuple):
    """Some lines that aren't empty, with their numbers, counted from 1."""

    file: str
    lines: _NumberedLines


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
        Names the file, the line (from 1) and the column (from 0) of a value that isn't a count.
    """
    width = 0
    for numbered in _line_chunks(source, name):
        width = width or numbered[0][1].count(b",") + 1
        yield _counts(_Chunk(name, numbered), width)


def _line_chunks(source: Any, name: str) -> Iterator[_NumberedLines]:
    """Yield the lines that end within each part of the file that is read at a time."""
    rest, number = b"", 1
    while True:
        content = source.read(_READ_BYTES)
        if number == 1 and not rest and content.startswith(_BYTE_ORDER_MARK):
            raise ValueError(f"{name} begins with a byte order mark; save it as UTF-8 without one.")
        whole, end, rest = (rest + content).rpartition(b"\n") if content else (rest, b"", b"")
        if len(rest) > _LONGEST_LINE:
            raise ValueError(f"{name}, line {number}: the line is longer than {_LONGEST_LINE} bytes.")
        lines = whole.split(b"\n") if whole or end else []
        if filled := [(at, line) for at, line in enumerate(lines, start=number) if line.strip()]:
            yield filled
        if not content:
            return
        number += len(lines)


def _counts(chunk: _Chunk, width: int) -> NDArray[np.float64]:
    rows = _parse(chunk, width)
    if invalid := first_invalid_count(rows):
        number, line = chunk.lines[invalid.row]
        _raise_invalid_count(chunk.file, number, invalid.column, line.split(b",")[invalid.column])
    return rows


def _parse(chunk: _Chunk, width: int) -> NDArray[np.float64]:
    """Parse with numpy; if that fails, raise an error that names the position."""
    text = [line.decode("latin-1") for _, line in chunk.lines]
    try:
        rows = np.loadtxt(text, delimiter=",", comments=None, ndmin=2)
    except ValueError:
        rows = np.empty((0, 0))
    if rows.shape != (len(text), width):
        for number, line in chunk.lines:
            _check_line(chunk.file, number, line, width)
        raise ValueError(f"{chunk.file}, from line {chunk.lines[0][0]}: this isn't CSV of numbers.")
    return rows


def _check_line(file: str, number: int, line: bytes, width: int) -> None:
    """Raise ValueError if numpy can't parse this line."""
    values = line.split(b",")
    if len(values) != width:
        raise ValueError(f"{file}, line {number}: {len(values)} values, but the first line has {width}.")
    for column, value in enumerate(values):
        if not _NUMBER.fullmatch(value):
            _raise_invalid_count(file, number, column, value)


def _raise_invalid_count(file: str, number: int, column: int, value: bytes) -> None:
    shown = value.strip()[:_MAX_SHOWN].decode("utf-8", "replace")
    advice = " Remove a header line." if number == 1 else ""
    raise ValueError(f"{file}, line {number}, column {column}: {shown!r}; {RULE}.{advice}")
