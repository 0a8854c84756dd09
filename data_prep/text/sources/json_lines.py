"""Documents of JSON lines, or of one JSON array of objects."""

import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from data_prep.text.errors import TextError
from data_prep.text.sources.columns import choose_columns
from data_prep.text.sources.options import SourceOptions
from data_prep.text.sources.tables import Row, Table

_SAMPLE = 100


def read_json(lines: Iterator[str], options: SourceOptions, name: str) -> Table:
    """Read one object a line, or all objects of an array.

    Raises
    ------
    TextError
        A line isn't JSON, isn't an object, or has no text; the message has its number.
    """
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        raise TextError(f"{name} is empty.")
    everything = chain([first], lines)
    numbered = _array(everything, name) if first.lstrip().startswith("[") else _objects(everything, name)
    sample = list(islice(numbered, _SAMPLE))
    if not sample:
        raise TextError(f"{name} is empty.")
    fields = list(dict.fromkeys(key for _, document in sample for key in document))
    rows = [[_text(document.get(field)) for field in fields] for _, document in sample]
    strings = [
        position
        for position, field in enumerate(fields)
        if any(isinstance(document.get(field), str) for _, document in sample)
    ]
    named = [fields[position] for position in strings] if options.column is None else fields
    shown = [[row[fields.index(field)] for field in named] for row in rows]
    positions = choose_columns(named, shown, _within(options, named, fields), name)
    keys = {role: named[position] for role, position in positions.items()}
    keys |= {role: key for role, key in options.named.items() if role not in keys}
    return Table(_rows(chain(sample, numbered), keys), f"text in field {keys['text']!r}")


def _within(options: SourceOptions, named: list[str], fields: list[str]) -> SourceOptions:
    """Leave out the columns that aren't strings, such as a number as the id; unknown ones stay, and fail."""
    others = {
        f"{role}_column": None
        for role, key in options.named.items()
        if role != "text" and key in fields and key not in named
    }
    return SourceOptions(**{**vars(options), **others})


def _objects(lines: Iterator[str], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{name}, line {number}"
            yield where, _checked(_loads(line, where), where)


def _array(lines: Iterator[str], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    documents = _loads("".join(lines), name)
    for number, document in enumerate(documents, start=1):
        where = f"{name}, element {number}"
        yield where, _checked(document, where)


def _loads(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TextError(f"{where}: this isn't JSON: {error}.") from error


def _checked(document: Any, where: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise TextError(f'{where}: a document is an object, such as {{"text": "..."}}.')
    return document


def _rows(numbered: Iterator[tuple[str, dict[str, Any]]], keys: dict[str, str]) -> Iterator[Row]:
    for where, document in numbered:
        text = document.get(keys["text"])
        if text is not None and not isinstance(text, str):
            raise TextError(f"{where}: the field {keys['text']!r} is no text.")
        others = (document.get(keys[role]) if role in keys else None for role in ("id", "label", "date"))
        identity, label, date = (None if value is None else _text(value) for value in others)
        if identity is None and "id" in keys:
            raise TextError(f"{where} has no field {keys['id']!r}.")
        yield identity, text or "", label, date


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
