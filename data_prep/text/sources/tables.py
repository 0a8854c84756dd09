"""Rows of CSV and TSV files."""

import csv
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from data_prep.text.errors import TextError
from data_prep.text.sources.columns import choose_columns
from data_prep.text.sources.lines import MAX_LINE
from data_prep.text.sources.options import SourceOptions

Row = tuple[str | None, str, str | None, str | None]  # id, text, label, date
_DELIMITERS = ",;\t|"
_SAMPLE = 100  # rows
_LONGEST_NAME = 64


class Table(NamedTuple):
    """The rows of a table, and what was recognised."""

    rows: Iterator[Row]
    description: str


def read_table(lines: Iterator[str], options: SourceOptions, name: str, *, delimiter: str | None) -> Table:
    """Read a table whose fields are separated by a delimiter, by default that of its first line.

    Raises
    ------
    TextError
        A row has more or fewer fields than the first (with its line), or as `choose_columns`.
    """
    first = next(lines, None)
    if first is None:
        raise TextError(f"{name} is empty.")
    delimiter = delimiter or max(_DELIMITERS, key=first.count)
    csv.field_size_limit(MAX_LINE)
    reader = csv.reader(chain([first], lines), delimiter=delimiter)
    numbered = _numbered(reader, name)
    sample = list(islice(numbered, _SAMPLE))
    head = [field.strip() for field in sample[0][1]]
    rows = [fields for _, fields in sample]
    header = _is_header(head, rows[1:], options) if options.header is None else options.header
    names = head if header else [str(number) for number in range(1, len(head) + 1)]
    body = sample[1:] if header else sample
    _check_widths(body, len(names), name)
    positions = choose_columns(names, [fields for _, fields in body], options, name)
    text = f"column {names[positions['text']]!r}" if header else f"column {positions['text'] + 1}, no header"
    return Table(_rows(chain(body, numbered), positions, len(names), name), f"text in {text}")


def _numbered(reader: Iterator[list[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that aren't empty, each with the number of its last line."""
    try:
        for fields in reader:
            if fields:
                yield reader.line_num, fields  # type: ignore[attr-defined]  # of csv.reader
    except csv.Error as error:
        line = reader.line_num  # type: ignore[attr-defined]  # as above
        raise TextError(f"{name}, line {line}: {error}. Is a quotation mark missing?") from error


def _is_header(head: list[str], rows: list[list[str]], options: SourceOptions) -> bool:
    """Tell whether the first row names the columns."""
    folded = [name.casefold() for name in head]
    if any(
        column.strip().casefold() in folded for column in options.named.values() if not column.isdecimal()
    ):
        return True
    if not rows or len(set(folded)) < len(folded) or not all(head):
        return False
    if any(len(name) > _LONGEST_NAME or name.replace(".", "").isdecimal() for name in head):
        return False
    longest = max(
        range(len(head)), key=lambda position: sum(len(row[position]) for row in rows if position < len(row))
    )
    mean = sum(len(row[longest]) for row in rows if longest < len(row)) / len(rows)
    return len(head[longest]) * 2 < mean or head[longest].count(" ") == 0


def _check_widths(rows: list[tuple[int, list[str]]], width: int, name: str) -> None:
    for line, fields in rows:
        _check_width(line, fields, width, name)


def _check_width(line: int, fields: list[str], width: int, name: str) -> None:
    if len(fields) != width:
        raise TextError(
            f"{name}, line {line}: the row has {len(fields)} fields, the first row {width}."
            " A field that contains the separator needs quotation marks."
        )


def _rows(
    numbered: Iterator[tuple[int, list[str]]], positions: Mapping[str, int], width: int, name: str
) -> Iterator[Row]:
    text, identity = positions["text"], positions.get("id")
    label, date = positions.get("label"), positions.get("date")
    for line, fields in numbered:
        _check_width(line, fields, width, name)
        yield (
            None if identity is None else fields[identity],
            fields[text],
            None if label is None else fields[label],
            None if date is None else fields[date],
        )
