"""The columns of a table that are the text, the id, the label and the date of a document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from data_prep.text.errors import SourceError
from data_prep.text.sources.options import SourceOptions

TEXT, ID, LABEL, DATE = "text", "id", "label", "date"
SAMPLE_ROWS = 200
_MIN_TEXT = 20  # characters on average: names, dates and addresses have fewer
_MIN_WORDS = 3  # on average, or more characters outside ASCII than in it: not every language has spaces
_CLEARLY_LONGER = 2  # times the second longest column
_MAX_SHOWN = 40  # characters of a value in a message
_MAX_COLUMNS_SHOWN = 12


@dataclass(frozen=True)
class Table:
    """The names of a table's columns, and its first rows as text, by which columns are chosen."""

    file: str
    names: Sequence[str]
    sample: Sequence[Sequence[str]]
    noun: str = "column"


class Columns(NamedTuple):
    """The chosen columns: role -> name, or the number from 1 where the table has no names.

    Attributes
    ----------
    names : mapping
        With the role `text` first.
    guessed : bool
        Whether the text was chosen by the content.
    header : bool
        Whether the first row of CSV has the names.
    """

    names: Mapping[str, str]
    guessed: bool
    header: bool = True


class Form(NamedTuple):
    """An opened file: its columns, unless it is empty or plain text; for people; its frames."""

    columns: Columns | None
    detail: str
    frames: Iterator[pl.DataFrame]


def choose(table: Table, options: SourceOptions, known: Columns | None = None) -> dict[str, int]:
    """Return role -> position of the column, with the role `text` first.

    Parameters
    ----------
    table : Table
        Of which to choose.
    options : SourceOptions
        The columns by name or by number.
    known : Columns, optional
        Those of the source's first table, which all others must have.

    Raises
    ------
    SourceError
        If a column doesn't exist, or no column is clearly the text; it shows the columns.
    """
    wanted = {TEXT: options.column, ID: options.id_column, LABEL: options.label_column}
    wanted = dict(known.names) if known else wanted | {DATE: options.date_column}
    text = wanted.pop(TEXT)
    others = {role: find(table, column) for role, column in wanted.items() if column is not None}
    position = _guess(table, set(others.values())) if text is None else find(table, text)
    return {TEXT: position} | others


def find(table: Table, column: str) -> int:
    """Return the position of a column by its name, or by its number from 1.

    Raises
    ------
    SourceError
        If there is none, or there are several of this name.
    """
    if table.names.count(column) > 1:
        raise SourceError(f"{table.file} has several {table.noun}s {column!r}. Give the number, from 1.")
    if column in table.names:
        return table.names.index(column)
    if column.isascii() and column.isdigit() and 1 <= int(column) <= len(table.names):
        return int(column) - 1
    raise SourceError(f"{table.file} has no {table.noun} {column!r}. {_described(table)}")


def _guess(table: Table, taken: set[int]) -> int:
    """Return the one column whose texts are clearly the longest."""
    free = [position for position in range(len(table.names)) if position not in taken]
    if len(free) == 1:
        return free[0]
    lengths = sorted(((_mean_length(table, position), position) for position in free), reverse=True)
    plausible = [(length, position) for length, position in lengths if _is_prose(table, position)]
    clear = len(plausible) == 1 or (
        len(plausible) > 1 and plausible[0][0] >= _CLEARLY_LONGER * plausible[1][0]
    )
    named = [position for position in free if table.names[position].casefold() == TEXT]
    if not clear and len(named) == 1:
        return named[0]
    if not clear:
        found = "several" if plausible else "none"
        raise SourceError(
            f"{table.file}: which {table.noun} is the text? By their lengths, {found} may be. "
            f"Give its name or number. {_described(table)}"
        )
    return plausible[0][1]


def _values(table: Table, position: int) -> list[str]:
    return [row[position] for row in table.sample if position < len(row) and row[position]]


def _mean_length(table: Table, position: int) -> float:
    values = _values(table, position)
    return sum(map(len, values)) / max(len(values), 1)


def _is_prose(table: Table, position: int) -> bool:
    values = _values(table, position)
    words = sum(len(value.split()) for value in values) / max(len(values), 1)
    foreign = sum(not value.isascii() for value in values) > len(values) / 2
    return (words >= _MIN_WORDS and _mean_length(table, position) >= _MIN_TEXT) or (
        foreign and _mean_length(table, position) >= _MIN_TEXT / 2
    )


def _described(table: Table) -> str:
    shown = [
        f"{position + 1} {name!r}{_example(table, position)}"
        for position, name in enumerate(table.names[:_MAX_COLUMNS_SHOWN])
    ]
    more = f", and {len(table.names) - len(shown)} more" if len(table.names) > len(shown) else ""
    return f"Its {table.noun}s are {', '.join(shown)}{more}." if shown else f"It has no {table.noun}s."


def _example(table: Table, position: int) -> str:
    values = _values(table, position)
    return f" ({shortened(values[0])})" if values else ""


def shortened(value: str) -> str:
    """Return the beginning of a value in one line, for a message."""
    line = " ".join(value.split())
    return line if len(line) <= _MAX_SHOWN else line[: _MAX_SHOWN - 3] + "..."


def frame_of(roles: Iterable[str], rows: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """Return a frame of text columns from rows."""
    return pl.DataFrame(rows, schema=dict.fromkeys(roles, pl.String), orient="row")
