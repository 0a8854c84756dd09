"""Counts loaded from text files: CSV, doc,word,count triples, JSON lines, LDA-C."""

import csv
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_TRIPLE = ("doc", "word", "count")
_MAX_GAPS = 100  # documents per entry that a file may have: empty documents take memory too


def load_csv(file: Path) -> Any:
    """Read one document a line, or triples where the first line is `doc,word,count` (both counted from 0)."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head = next(csv.reader(lines), [])
        if tuple(name.strip().lower() for name in head) == _TRIPLE:
            return _load_triples(file)
        return _numbers(file)
    except (ValueError, UserWarning, csv.Error):
        pass  # loadtxt numbers rows differently and names no column
    try:
        _raise_csv_error(file)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{file} is not a CSV file in UTF-8: {error}.") from error


def _numbers(file: Path, skip: int = 0) -> NDArray[np.float64]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # loadtxt warns of an empty file
        return np.loadtxt(file, delimiter=",", ndmin=2, comments=None, encoding="utf-8-sig", skiprows=skip)


def _load_triples(file: Path) -> Any:
    triples = _numbers(file, skip=1)
    indices = triples[:, :2]
    invalid = (indices < 0) | (indices != np.floor(indices)) | (indices > np.iinfo(np.int64).max)
    if triples.shape[1] != len(_TRIPLE) or invalid.any():
        raise ValueError("Three numbers are needed.")
    documents, words = indices.astype(np.int64).T
    shape = (int(documents.max(initial=-1)) + 1, int(words.max(initial=-1)) + 1)
    check_gaps(file, shape[0], len(documents))
    return sparse.csr_array((triples[:, 2], (documents, words)), shape=shape)


def check_gaps(file: Path, documents: int, entries: int) -> None:
    """Raise ValueError if a file has so many more documents than entries that it must be a mistake."""
    if documents > _MAX_GAPS * (entries + 1):
        raise ValueError(
            f"{file} announces {documents} documents but has {entries} entries:"
            " number the documents without gaps."
        )


def _raise_csv_error(file: Path) -> NoReturn:
    """Find the value that loadtxt refused. Rows and columns are counted from 0, lines from 1."""
    width = 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines)
        for row, fields in enumerate(fields for fields in rows if fields):
            width = width or len(fields)
            position = f"{file}, line {rows.line_num}: row {row}"
            if row == 0 and tuple(name.strip().lower() for name in fields) == _TRIPLE:
                _raise_triple_error(file, rows)
            if len(fields) != width:
                raise ValueError(f"{position}: {len(fields)} numbers, but the rows above have {width}.")
            for column, field in enumerate(fields):
                _check_number(field, f"{position}, column {column}")
    raise ValueError(f"{file} holds no documents." if not width else f"{file} is not a CSV file of numbers.")


def _raise_triple_error(file: Path, rows: Any) -> NoReturn:
    for fields in rows:
        position = f"{file}, line {rows.line_num}"
        if fields and len(fields) != len(_TRIPLE):
            raise ValueError(f"{position}: {len(fields)} numbers, not the three of doc,word,count.")
        if not all(field.strip().isdecimal() for field in fields[:2]):
            raise ValueError(
                f"{position}: doc and word are whole numbers from 0, not {', '.join(fields[:2])}."
            )
        for field in fields[2:]:
            _check_number(field, position)
    raise ValueError(f"{file} holds no doc,word,count triples, or their documents are numbered with gaps.")


def _check_number(field: str, position: str) -> None:
    try:
        float(field)
    except ValueError as error:
        raise ValueError(
            f"{position}: {field!r} is not a number. A CSV file of counts has no header but doc,word,count."
        ) from error


def load_json_lines(file: Path) -> Any:
    """Read SageMaker's JSON lines: a list of counts, or `features` with `values`, `keys` and `shape`."""
    rows = [_json_row(content, position) for content, position in _lines(file)]
    if not rows:
        raise ValueError(f"{file} holds no documents.")
    widths = [width for _, _, width in rows]
    for number, width in enumerate(widths):
        if width != widths[0]:
            raise ValueError(f"{file}: document {number} is over {width} words, the first over {widths[0]}.")
    if all(keys is None for _, keys, _ in rows):
        return np.stack([values for values, _, _ in rows])
    keyed = [np.arange(len(values)) if keys is None else keys for values, keys, _ in rows]
    documents = np.repeat(np.arange(len(rows)), [len(keys) for keys in keyed])
    entries = (np.concatenate([values for values, _, _ in rows]), (documents, np.concatenate(keyed)))
    return sparse.csr_array(entries, shape=(len(rows), widths[0]))


def _json_row(line: str, position: str) -> tuple[NDArray[np.float64], NDArray[np.int64] | None, int]:
    try:
        document = json.loads(line)
        if isinstance(document, dict):
            document = document.get("data", document)["features"]
        tensor = document if isinstance(document, dict) else {"values": document}
        values = np.array(tensor["values"], np.float64)
        keys = np.array(tensor["keys"], np.int64) if "keys" in tensor else None
        width = int(tensor["shape"][0]) if keys is not None else values.size
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError) as error:
        raise ValueError(f"{position}: this is no document of SageMaker's JSON lines ({error!r}).") from error
    if values.ndim != 1 or (keys is not None and keys.shape != values.shape):
        raise ValueError(f"{position}: keys and values are lists of numbers, equally many.")
    if keys is not None and keys.size and not (keys.min() >= 0 and keys.max() < width):
        raise ValueError(f"{position}: a key is outside a vocabulary of {width} words.")
    return values, keys, width


def load_ldac(file: Path) -> Any:
    """Read Blei's LDA-C: each line is a document, `N word:count word:count ...` with N different words."""
    documents: list[int] = []
    entries: list[list[str]] = []
    lines = 0
    for number, (line, position) in enumerate(_lines(file)):
        announced, *pairs = line.split()
        if not announced.isdecimal() or int(announced) != len(pairs):
            raise ValueError(f"{position}: {announced!r} announces the words, but {len(pairs)} follow.")
        documents += [number] * len(pairs)
        entries += [_pair(pair, position) for pair in pairs]
        lines = number + 1
    if not lines:
        raise ValueError(f"{file} holds no documents.")
    table = np.array(entries, np.float64).reshape(-1, 2)
    words = table[:, 0].astype(np.int64)
    shape = (lines, int(words.max(initial=-1)) + 1)
    return sparse.csr_array((table[:, 1], (np.array(documents, np.int64), words)), shape=shape)


def _pair(pair: str, position: str) -> list[str]:
    word, _, count = pair.partition(":")
    if not (word.isdecimal() and count.isdecimal()):
        raise ValueError(f"{position}: {pair!r} is not word:count, two whole numbers from 0.")
    return [word, count]


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the lines that aren't empty, each with its position."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield line, f"{file}, line {number}"
    except UnicodeDecodeError as error:
        raise ValueError(f"{file} is not text in UTF-8: {error}.") from error
