"""JSON lines, or a list of JSON objects: each object is a document."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import polars as pl

from data_prep.inputs.byte_stream import ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.encodings import head_text, text_blocks
from data_prep.text.sources.forms.columns import (
    SAMPLE_ROWS,
    Columns,
    Form,
    Table,
    choose,
    frame_of,
    shortened,
)
from data_prep.text.sources.forms.lines import check_length, line_chunks
from data_prep.text.sources.options import SourceOptions

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = " \t\r\n"


class _Object(NamedTuple):
    """A JSON object, and the line on which it ends."""

    line: int
    fields: Mapping[str, Any]


def open_json(stream: ByteStream, options: SourceOptions, known: Columns | None) -> Form:
    """Read JSON objects; the fields are chosen by the first ones.

    Raises
    ------
    SourceError
        Names the line that isn't JSON, or isn't an object.
    """
    is_list = head_text(stream, options.encoding).lstrip().startswith("[")
    blocks = text_blocks(stream, options.encoding, options.frame_bytes)
    chunks = (_listed if is_list else _lined)(blocks, stream.name)
    sample: list[_Object] = []
    kept = []
    for chunk in chunks:
        kept.append(chunk)
        sample.extend(chunk)
        if len(sample) >= SAMPLE_ROWS:
            break
    columns = known or _choose(stream.name, sample[:SAMPLE_ROWS], options)
    frames = (_frame(stream.name, chunk, columns.names) for chunk in chain(kept, chunks) if columns and chunk)
    return Form(columns, "", frames)


def _choose(file: str, sample: Sequence[_Object], options: SourceOptions) -> Columns | None:
    if not sample:
        return None
    names = list(dict.fromkeys(name for item in sample for name in item.fields))
    rows = [[_shown(item.fields.get(name)) for name in names] for item in sample]
    table = Table(file, names, rows, noun="field")
    chosen = choose(table, options)
    return Columns({role: names[position] for role, position in chosen.items()}, options.column is None)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _lined(blocks: Iterable[str], file: str) -> Iterator[list[_Object]]:
    for first, lines in line_chunks(blocks, file):
        yield [
            _Object(number, _parsed(file, number, line))
            for number, line in enumerate(lines, start=first)
            if line.strip(_SPACE)
        ]


def _parsed(file: str, number: int, line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it can't be read"
        column = f", character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise SourceError(
            f"{file}, line {number}{column}: this isn't JSON ({reason}): {shortened(line)!r}. "
            "Each line must be one JSON object."
        ) from error
    return _checked(file, number, value)


def _checked(file: str, number: int, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SourceError(
            f"{file}, line {number}: {shortened(json.dumps(value))} isn't a JSON object, such as "
            '{"text": "..."}.'
        )
    return value


def _listed(blocks: Iterable[str], file: str) -> Iterator[list[_Object]]:
    """Yield the objects of a list that end within each block."""
    text, line, opened = "", 1, False
    for block in blocks:
        text += block
        if not opened and "[" not in text:
            continue
        if not opened:
            before, _, text = text.partition("[")
            line, opened = line + before.count("\n"), True
        chunk, used = _objects(file, text, line)
        line += text.count("\n", 0, used)
        text = text[used:]
        check_length(len(text), f"{file}, line {line}", "object")
        yield chunk
    rest = text.lstrip(_SPACE + ",")
    line += text.count("\n", 0, len(text) - len(rest))
    if not rest:
        raise SourceError(f"{file}, line {line}: the list doesn't end with ]. The file is incomplete.")
    if rest.rstrip(_SPACE) != "]":
        _parsed(file, line, rest)


def _objects(file: str, text: str, line: int) -> tuple[list[_Object], int]:
    """Return the complete objects at the beginning of the text, and the characters that they take."""
    decoder, used = json.JSONDecoder(), 0
    found: list[_Object] = []
    while True:
        start = used
        while start < len(text) and text[start] in _SPACE + ",":
            start += 1
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return found, used
        line += text.count("\n", used, end)
        found.append(_Object(line, _checked(file, line, value)))
        used = end


def _frame(file: str, chunk: Sequence[_Object], names: Mapping[str, str]) -> pl.DataFrame:
    rows = [[_value(file, item, name) for name in names.values()] for item in chunk]
    return frame_of(names, rows)


def _value(file: str, item: _Object, name: str) -> str | None:
    value = item.fields.get(name)
    if isinstance(value, dict | list):
        raise SourceError(
            f"{file}, line {item.line}: the field {name!r} is {shortened(json.dumps(value))}, "
            "but a text is needed."
        )
    if value is None or not isinstance(value, str):
        return None if value is None else json.dumps(value)
    if not _SURROGATE.search(value):
        return value
    # Half of a surrogate pair, as a truncated emoji leaves it, isn't a character: U+FFFD stands for it.
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
