"""Counts in CSV: one document a line, or triples of document, word and count."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from data_prep.inputs.counts import Counts, Entries, LoadOptions, assemble
from data_prep.inputs.lines import read_lines

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,18}")
_TRIPLE = 3
_DOCUMENT_NAMES = {"doc", "document", "doc_id", "docid", "document_id", "i", "row"}
_WORD_NAMES = {"word", "term", "token", "word_id", "wordid", "feature", "j", "column", "col"}
_COUNT_NAMES = {"count", "n", "freq", "frequency", "v", "value", "x"}
_INDEX_NAMES = {"", "id", "index", "name", *_DOCUMENT_NAMES}
_LEAST = 5  # words or documents, from which on 0, 1, 2 ... are no coincidence
_SHOWN = 40  # characters of a value in a message
_SAMPLE = 2**12  # characters by which the delimiter is recognised


class _Layout(NamedTuple):
    """How a table of documents by words is arranged."""

    delimiter: str
    header: list[str] | None
    index_column: bool
    notes: list[str]


def load_csv(path: Path, options: LoadOptions) -> Counts:
    """Read one document a line, or triples under a header such as doc,word,count.

    A header of words is the vocabulary. Words of triples are numbers, or the words themselves.

    Raises
    ------
    ValueError
        Names the line, row and column of a value that is no number.
    """
    first = next((text for _, text in read_lines(path) if text.strip()), None)
    if first is None:
        raise ValueError(f"{path} holds no documents.")
    delimiter = max(",;\t", key=first[:_SAMPLE].count)
    names = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=delimiter))]
    if len(names) == _TRIPLE and all(map(_is_in, names, (_DOCUMENT_NAMES, _WORD_NAMES, _COUNT_NAMES))):
        return _load_triples(path, delimiter, options)
    return _load_dense(path, delimiter, options)


def _is_in(name: str, names: set[str]) -> bool:
    return name in names


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that aren't blank, each with the number of its line."""
    reader = csv.reader((text for _, text in read_lines(path)), delimiter=delimiter)
    try:
        yield from ((reader.line_num, fields) for fields in reader if "".join(fields).strip())
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: {error}.") from error


def _load_triples(path: Path, delimiter: str, options: LoadOptions) -> Counts:
    rows = list(islice(_rows(path, delimiter), 1, None))
    for line, fields in rows:
        if len(fields) != _TRIPLE:
            raise ValueError(f"{path}, line {line}: {len(fields)} values, not the three of doc,word,count.")
        _check_number(fields[2], f"{path}, line {line}")
    if not rows:
        raise ValueError(f"{path} holds no doc,word,count triples.")
    numbered = [all(_WHOLE.fullmatch(fields[place].strip()) for _, fields in rows) for place in (0, 1)]
    if not numbered[1] and any(re.fullmatch(r"\s*[-+.\d]+\s*", fields[1]) for _, fields in rows):
        line, fields = next((line, each) for line, each in rows if not _WHOLE.fullmatch(each[1].strip()))
        raise ValueError(f"{path}, line {line}: word {fields[1][:_SHOWN]!r} is no whole number from 0.")
    counts = np.array([float(fields[2]) for _, fields in rows])
    documents, ids = _codes([fields[0] for _, fields in rows], numbered=numbered[0], ordered=False)
    words, vocabulary = _codes([fields[1] for _, fields in rows], numbered=numbered[1], ordered=True)
    entries = Entries(
        documents, words, counts, str(path), "triples of document, word and count",
        numbered=numbered[0] and numbered[1],
        base=None if numbered[1] else 0,
        shape=(len(ids) if ids else None, len(vocabulary) if vocabulary else None),
        notes=[f"{len(vocabulary)} words as words"] if vocabulary else [],
    )  # fmt: skip
    kept = LoadOptions(form=options.form) if vocabulary else options
    found = assemble(entries, kept, vocabulary)
    return Counts(found.matrix, found.description, found.vocabulary, ids)


def _codes(
    values: Sequence[str], *, numbered: bool, ordered: bool
) -> tuple[NDArray[np.int64], tuple[str, ...] | None]:
    """Return numbers, or the positions of names in the order of code points or of their first occurrence."""
    if numbered:
        return np.array([int(value) for value in values], np.int64), None
    names = sorted(set(values)) if ordered else list(dict.fromkeys(values))
    position = {name: number for number, name in enumerate(names)}
    return np.array([position[value] for value in values], np.int64), tuple(names)


def _load_dense(path: Path, delimiter: str, options: LoadOptions) -> Counts:
    layout = _layout(path, delimiter, options)
    skipped = 1 if layout.header is not None else 0
    first = 1 if layout.index_column else 0
    texts = _without_blank((text for _, text in read_lines(path)), skipped)
    if first:
        texts = (text.partition(delimiter)[2] for text in texts)
    try:
        matrix = np.loadtxt(texts, delimiter=delimiter, ndmin=2, comments=None, quotechar='"')
    except (ValueError, UserWarning):
        _raise_csv_error(path, delimiter, skipped=skipped, first=first)
    ids = _first_column(path, delimiter, skipped) if layout.index_column else None
    if not len(matrix):
        raise ValueError(f"{path} holds no documents.")
    return _described(path, matrix, layout, ids)


def _described(
    path: Path, matrix: NDArray[np.float64], layout: _Layout, ids: tuple[str, ...] | None
) -> Counts:
    notes = ["CSV, one document a line", *layout.notes]
    blank = sum(not text.strip() for _, text in read_lines(path))
    if blank:
        notes.append(f"blank lines left out: {blank}")
    named = layout.header if layout.header and not _NUMBER.fullmatch(layout.header[-1]) else None
    vocabulary = tuple(named[1 if layout.index_column else 0 :]) if named else None
    return Counts(matrix, ", ".join(notes), vocabulary, ids)


def _without_blank(texts: Iterator[str], skipped: int) -> Iterator[str]:
    return islice((text for text in texts if text.strip()), skipped, None)


def _layout(path: Path, delimiter: str, options: LoadOptions) -> _Layout:
    rows = [[cell.strip() for cell in fields] for _, fields in islice(_rows(path, delimiter), 2)]
    numeric = [bool(_NUMBER.fullmatch(cell)) for cell in rows[0]]
    notes: list[str] = []
    header = options.header
    if header is None:
        header = _is_header(path, rows, numeric)
        if header:
            notes.append(
                "the first line is a header of numbers (--no-header if it is a document)"
                if all(numeric)
                else f"{len(rows[0])} words from its header"
            )
    index = options.index_column
    if index is None:
        index = _is_index(path, delimiter, rows[0] if header else None)
        if index:
            notes.append("the first column numbers the documents (--no-index-column if it is a word)")
    return _Layout(delimiter, rows[0] if header else None, index, notes)


def _is_header(path: Path, rows: list[list[str]], numeric: list[bool]) -> bool:
    """Tell whether the first row names the words, or numbers them."""
    cells = rows[0]
    if all(numeric):
        numbers = [str(number) for number in range(len(cells) + 1)]
        return len(cells) >= _LEAST and len(rows) > 1 and cells in (numbers[:-1], numbers[1:])
    if any(numeric) or (cells[0] and "" in cells):
        column = numeric.index(False)
        raise ValueError(
            f"{path}, line 1: row 0, column {column}: {cells[column][:_SHOWN]!r} is not a number, and the"
            " line is no header of words."
        )
    if len(set(cells)) < len(cells):
        double = next(cell for cell in cells if cells.count(cell) > 1)
        raise ValueError(f"{path}, line 1: the header has the word {double[:_SHOWN]!r} twice.")
    return True


def _is_index(path: Path, delimiter: str, header: list[str] | None) -> bool:
    """Tell whether the first column names or numbers the documents."""
    if header is not None and not _NUMBER.fullmatch(header[-1]):
        return header[0].lower() in _INDEX_NAMES
    values = _first_column(path, delimiter, 1 if header else 0)
    numbers = [str(number) for number in range(len(values) + 1)]
    return len(values) >= _LEAST and list(values) in (numbers[:-1], numbers[1:])


def _first_column(path: Path, delimiter: str, skipped: int) -> tuple[str, ...]:
    return tuple(fields[0].strip() for _, fields in islice(_rows(path, delimiter), skipped, None))


def _raise_csv_error(path: Path, delimiter: str, *, skipped: int, first: int) -> NoReturn:
    """Find the value that numpy refused. Rows and columns are counted from 0, lines from 1."""
    width = 0
    for row, (line, fields) in enumerate(islice(_rows(path, delimiter), skipped, None)):
        width = width or len(fields)
        position = f"{path}, line {line}: row {row}"
        if len(fields) != width:
            raise ValueError(f"{position}: {len(fields)} numbers, but the rows above have {width}.")
        for column, field in enumerate(fields[first:], start=first):
            _check_number(field, f"{position}, column {column}")
    raise ValueError(f"{path} holds no documents.")


def _check_number(field: str, position: str) -> None:
    if not _NUMBER.fullmatch(field.strip()):
        raise ValueError(f"{position}: {field[:_SHOWN]!r} is not a number.")
