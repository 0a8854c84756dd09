"""Documents as CSV: one per line, a number for every word, no header and no label."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
from scipy import sparse

from container.contract.errors import DocumentError
from container.formats.csv_scanner import scan_csv
from spectral_lda.counts import LARGEST_COUNT, CountMatrix, FloatArray, as_counts

# Lines per sparse matrix: their dense rows exist at the same time, and numpy's parser blocks other threads.
_BATCH_LINES = 256


def parse_csv(lines: Iterable[str], words: int) -> CountMatrix:
    """Return the documents (D, words) of CSV lines; empty lines are skipped.

    Raises
    ------
    DocumentError
        A line has a wrong number of values, or a value is not a number from 0 to 2^53; lines and values are
        counted from 1. Or the input is not text.
    """
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    batches = iter(lambda: list(islice(numbered, _BATCH_LINES)), [])
    try:
        return _stack((_parse_batch(batch, words) for batch in batches), words)
    except UnicodeDecodeError as error:
        raise DocumentError(
            "CSV must be UTF-8 text, neither compressed nor in another encoding; the byte "
            f"0x{error.object[error.start]:02x} is not valid UTF-8."
        ) from error


def _stack(parts: Iterable[CountMatrix], words: int) -> CountMatrix:
    """Return the rows of all parts, each (n, words), in order; without parts, a matrix without rows."""
    empty: CountMatrix = sparse.csr_array((0, words), dtype=np.float64)
    return CountMatrix(sparse.vstack([empty, *parts], format="csr"))


def _parse_batch(batch: list[tuple[int, str]], words: int) -> CountMatrix:
    plain = scan_csv("\n".join(line for _, line in batch).encode(), words)
    return as_counts(_rows(batch, words), whole=False) if plain is None else plain


def _rows(batch: list[tuple[int, str]], words: int) -> FloatArray:
    """Return the values of a batch, (n, words), by numpy's parser, or line by line if that fails."""
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
        position = next(position for position, value in enumerate(values) if not _is_weight(value))
        raise DocumentError(
            f"Value {position + 1} of line {number} is {values[position].strip()[:40]!r}, "
            "not a number from 0 to 2^53."
        )
    return row


def _is_weight(value: str) -> bool:
    try:
        return "_" not in value and 0 <= float(value) <= LARGEST_COUNT  # Python accepts 1_0 for 10
    except ValueError:
        return False
