"""Documents as CSV: one a line, a number for every word, no header and no label."""

from collections.abc import Iterable
from itertools import islice

import numpy as np

from container.contract.errors import DocumentError
from container.formats.csv_scanner import scan_csv
from container.formats.matrices import stack
from spectral_lda.counts import LARGEST_COUNT, CountMatrix, FloatArray, as_counts

# Lines that become one sparse matrix: so long do their dense rows exist, and so long does numpy's parser keep
# other threads waiting.
_LINES = 256


def parse_csv(lines: Iterable[str], words: int) -> CountMatrix:
    """Return the documents (D, words) of CSV lines; empty lines are left out.

    Raises
    ------
    DocumentError
        A line has another number of values, or one that is no number from 0 to 2^53; lines and values are
        counted from 1. Or the lines are no text.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    batches = iter(lambda: list(islice(numbered, _LINES)), [])
    try:
        return stack((_documents(batch, words) for batch in batches), words)
    except UnicodeDecodeError as error:
        raise DocumentError(
            "CSV must be UTF-8 text, and is read neither compressed nor in other encodings; this holds the "
            f"byte 0x{error.object[error.start]:02x}, which stands for no character there."
        ) from error


def _documents(batch: list[tuple[int, str]], words: int) -> CountMatrix:
    plain = scan_csv("\n".join(line for _, line in batch).encode(), words)
    return as_counts(_rows(batch, words), whole=False) if plain is None else plain


def _rows(batch: list[tuple[int, str]], words: int) -> FloatArray:
    """Return the values of some lines, (n, words): by numpy's own parser, line by line where that refuses."""
    try:
        rows = np.loadtxt([line for _, line in batch], delimiter=",", comments=None, ndmin=2)
    except ValueError:
        rows = np.empty((0, 0))
    if rows.shape == (len(batch), words) and ((rows >= 0) & (rows <= LARGEST_COUNT)).all():
        return rows
    return np.array([_row(line, number, words) for number, line in batch])


def _row(line: str, number: int, words: int) -> FloatArray:
    values = line.split(",")
    if len(values) != words:
        raise DocumentError(f"Line {number} has {len(values)} values; the vocabulary has {words} words.")
    try:
        row = np.array(values, dtype=np.float64)
    except ValueError:
        row = np.full(words, np.nan)
    if "_" in line or not ((row >= 0) & (row <= LARGEST_COUNT)).all():
        place = next(place for place, value in enumerate(values) if not _is_weight(value))
        raise DocumentError(
            f"Value {place + 1} of line {number} is {values[place].strip()[:40]!r}, "
            "not a number from 0 to 2^53."
        )
    return row


def _is_weight(value: str) -> bool:
    try:
        return "_" not in value and 0 <= float(value) <= LARGEST_COUNT  # Python takes 1_0 for 10
    except ValueError:
        return False
