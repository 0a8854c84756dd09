"""What the first rows of CSV say: the separator, and whether the first row is a header."""

import csv
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from data_prep.text.sources.forms.columns import SAMPLE_ROWS
from data_prep.text.sources.forms.csv_scan import scan_rows

SEPARATORS = ",\t;|"
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
_USUAL_NAMES = {"id", "text", "label", "date", "title", "body", "content", "document", "category"}
_MAX_NAME = 60  # characters of a column's name
_MAX_NAME_WORDS = 6
_FIELD_NAME = re.compile(r"[^\W\d][\w.\-]*")
_MIN_TABLE_ROWS = 3  # of plain text: fewer lines can be alike by chance


class CsvHead(NamedTuple):
    """What the first rows of CSV say.

    Attributes
    ----------
    separator : str
        Between the values.
    quoted : bool
        Whether values may be in quotation marks.
    names : tuple of str
        Of the columns, if the first row has them.
    rows : sequence
        The first rows of data.
    """

    separator: str
    quoted: bool
    names: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def read_head(
    head: str, *, complete: bool, separators: str, header: bool | None, wanted: Sequence[str]
) -> CsvHead | None:
    """Describe CSV by the beginning of its text; None if it has no row.

    Parameters
    ----------
    head : str
        The first characters.
    complete : bool
        Whether they are the whole file.
    separators : str
        Among which to choose.
    header : bool, optional
        Whether the first row has the names; by default recognised.
    wanted : sequence of str
        Columns that were asked for: where one of them is in the first row, that is a header.
    """
    parsed = {separator: _rows(head, separator, complete=complete) for separator in separators}
    separator = max(separators, key=lambda separator: _score(parsed[separator]))
    quoted = separator != "\t" or _quotes_values(head, complete=complete)
    rows = parsed[separator] if quoted else _rows(head, separator, complete=complete, quoted=False)
    if not rows:
        return None
    if header is None:
        numbers = {str(number) for number in range(1, len(rows[0]) + 1)}
        header = bool((set(wanted) - numbers) & set(rows[0])) or _is_header(rows)
    return CsvHead(separator, quoted, tuple(rows[0]) if header else (), rows[1:] if header else rows)


def _quotes_values(head: str, *, complete: bool) -> bool:
    """Whether the quotation marks of TSV are around values; as registered with IANA, it has no such marks."""
    scan = scan_rows(head.encode(), "\t")
    return scan.regular and not (complete and head.count('"') % 2)


def table_separator(head: str, *, complete: bool) -> str:
    """Return the separator of plain text that is a table with a header, or ""."""
    for separator in SEPARATORS:
        rows = _rows(head, separator, complete=complete)
        names = rows[0] if len(rows) >= _MIN_TABLE_ROWS else []
        alike = len({len(row) for row in rows}) == 1 and len(names) > 1
        if alike and len(set(names)) == len(names) and all(map(_FIELD_NAME.fullmatch, names)):
            return separator
    return ""


def _rows(head: str, separator: str, *, complete: bool, quoted: bool = True) -> list[list[str]]:
    """Parse the first rows; the last one of a part may be incomplete."""
    lines = (line + "\n" for line in head.split("\n"))
    reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > SAMPLE_ROWS:
                return rows
    except csv.Error:
        return rows
    return rows if complete or len(rows) == 1 else rows[:-1]


def _score(rows: list[list[str]]) -> tuple[bool, float, int]:
    """Prefer more than one column, then rows of one width, then many columns."""
    if not rows:
        return False, 0.0, 0
    width = len(rows[0])
    return width > 1, sum(len(row) == width for row in rows) / len(rows), width


def _is_header(rows: list[list[str]]) -> bool:
    """Whether the first row has names: short, different, not numbers, and unlike the values below."""
    names = [name.strip() for name in rows[0]]
    if not all(map(_is_name, names[1:])):
        return False
    if names[0] and not _is_name(names[0]):  # pandas leaves the name of its index empty
        return False
    if _usual(names) or len(set(names)) < len(names):
        return bool(_usual(names))
    columns = list(zip(*(row for row in rows[1:] if len(row) == len(names)), strict=True))
    if any(name in column for name, column in zip(rows[0], columns, strict=False)):
        return False  # a value of the data, such as a label
    numbers = any(all(map(_NUMBER.fullmatch, column)) for column in columns)
    longest = max((len(value) for column in columns for value in column), default=0)
    return not columns or numbers or max(map(len, names)) <= longest


def _usual(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names} & _USUAL_NAMES


def _is_name(name: str) -> bool:
    short = 0 < len(name) <= _MAX_NAME and len(name.split()) <= _MAX_NAME_WORDS and "\n" not in name
    return short and not _NUMBER.fullmatch(name) and not name.endswith((".", "!", "?"))
