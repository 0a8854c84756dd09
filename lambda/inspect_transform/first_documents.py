"""The first document of each file without a manifest: its form and its number of words, before a paid job."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from common.manifest import CSV, RECORDIO
from common.recordio import first_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.bucket import Bucket

JSON_LINES: Final = "application/jsonlines"
TEXT: Final = "text/plain"

# A sample is enough for a folder: each object takes one request or two.
_MAX_OBJECTS: Final = 20
# Most first documents are within the first of these; no model server takes a document that exceeds the last.
_HEAD_BYTES: Final = (1 << 16, 6 << 20)
_MAX_EXCERPT: Final = 40
_NUMBER: Final = re.compile(rb"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*")


class _InvalidDocumentError(ValueError):
    """The first document isn't one; the message says why, after the object's key."""


@dataclass
class FirstDocuments:
    """What the first documents of a sample of objects are.

    Attributes
    ----------
    widths
        The number of words of each object's first document, where it has that.
    texts
        The objects whose first document is a text.
    problems
        A sentence for what can't be scored.
    """

    widths: dict[str, int] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_first_documents(bucket: Bucket, keys: Sequence[str], content_type: str) -> FirstDocuments:
    """Read the first document of a sample of objects, of one content type."""
    found = FirstDocuments()
    invalid: list[str] = []
    for key in keys[:: -(-len(keys) // _MAX_OBJECTS) or 1]:
        try:
            first = _read_first(bucket, key, content_type)
        except _InvalidDocumentError as error:
            invalid.append(f"{key} {error}")
            continue
        if first == TEXT:
            found.texts.append(key)
        elif isinstance(first, int):
            found.widths[key] = first
    if invalid:
        more = f" {len(invalid) - 1} more of the objects that were read are no such documents."
        found.problems.append(invalid[0] + (more if len(invalid) > 1 else ""))
    return found


def _read_first(bucket: Bucket, key: str, content_type: str) -> int | str | None:
    """Return the first document's number of words, TEXT, or None if it has neither."""
    for length in _HEAD_BYTES:
        head = bucket.read_head(key, length)
        whole = len(head) < length
        first = _first(head, content_type, whole=whole)
        if first or whole:
            return first
    return None


def _first(head: bytes, content_type: str, *, whole: bool) -> int | str | None:
    if content_type == RECORDIO:
        return first_width(head)
    if content_type == CSV and head.startswith(codecs.BOM_UTF8):
        raise _InvalidDocumentError(
            "isn't CSV: it begins with a byte order mark; save it as UTF-8 without one."
        )
    lines = head.splitlines()
    line = next((line for line in (lines if whole else lines[:-1]) if line.strip()), None)
    if line is None:
        return None
    return _FIRST_LINE[content_type](line)


def _first_of_csv(line: bytes) -> int:
    values = line.split(b",")
    other = next((value for value in values if not _NUMBER.fullmatch(value)), None)
    if other is not None:
        raise _InvalidDocumentError(
            f"isn't CSV of counts: its first line has {_excerpt(other)}. Every line is a document, with a"
            " number for each word; bulk scoring knows no header, quotation marks or labels."
        )
    return len(values)


def _first_of_json_lines(line: bytes) -> int | str | None:
    match _parsed(line):
        case {"data": {"features": {"shape": [int(words)]}}}:
            return words
        case {"data": {"features": {"keys": _}}}:
            return None
        case {"features": [*values]} | {"data": {"features": {"values": [*values]}}}:
            return len(values)
        case {"text": str()}:
            return TEXT
    raise _InvalidDocumentError(
        f'isn\'t JSON lines of documents: its first line is {_excerpt(line)}. Write {{"features": [...]}}'
        ' with a number for each word, or {"text": "..."}.'
    )


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _first_of_text(line: bytes) -> str:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        value = error.object[error.start]
        raise _InvalidDocumentError(
            f"isn't text in UTF-8: its first line has the byte 0x{value:02x}."
        ) from error
    return TEXT


def _excerpt(value: bytes) -> str:
    return repr(value[:_MAX_EXCERPT].decode(errors="replace").strip())


_FIRST_LINE: Final = {CSV: _first_of_csv, JSON_LINES: _first_of_json_lines, TEXT: _first_of_text}
