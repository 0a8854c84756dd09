"""Documents as CSV: one a line, a number for every word, no header and no label."""

from collections.abc import Iterable, Iterator

import numpy as np

from container.errors import DocumentError
from container.matrices import stack
from spectral_lda.counts import CountMatrix, as_counts

# Lines that become one sparse matrix: their dense rows exist only for so long.
_LINES = 1024


def parse_csv(lines: Iterable[str], words: int) -> CountMatrix:
    """Return the documents (D, words) of CSV lines; empty lines are left out.

    Raises
    ------
    DocumentError
        A line has another number of values, or one that is no number of at least 0; lines and values are
        counted from 1.
    """
    return stack(_parts(lines, words), words)


def _parts(lines: Iterable[str], words: int) -> Iterator[CountMatrix]:
    rows = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            rows.append(_row(line, number, words))
        if len(rows) == _LINES:
            yield as_counts(np.array(rows), whole=False)
            rows = []
    if rows:
        yield as_counts(np.array(rows), whole=False)


def _row(line: str, number: int, words: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    values = line.split(",")
    if len(values) != words:
        raise DocumentError(f"Line {number} has {len(values)} values; the vocabulary has {words} words.")
    try:
        row = np.array(values, dtype=np.float64)
    except ValueError:
        row = np.full(words, np.nan)
    if not (np.isfinite(row) & (row >= 0)).all():
        place = next(place for place, value in enumerate(values) if not _is_weight(value))
        raise DocumentError(
            f"Value {place + 1} of line {number} is {values[place].strip()[:40]!r}, "
            "not a number of at least 0."
        )
    return row


def _is_weight(value: str) -> bool:
    try:
        return 0 <= float(value) < np.inf
    except ValueError:
        return False
