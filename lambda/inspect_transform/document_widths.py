"""The number of words of documents without a manifest, as far as the first documents have it."""

from __future__ import annotations

import codecs
import json
from typing import TYPE_CHECKING, Final

from common.manifest import CSV, RECORDIO
from common.recordio import first_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.bucket import Bucket

# A sample is enough for a folder: each object takes one request or two.
_MAX_OBJECTS: Final = 20
# Most first documents are within the first of these; no model server takes a document that exceeds the last.
_HEAD_BYTES: Final = (1 << 16, 6 << 20)


class _ByteOrderMarkError(ValueError):
    """A CSV object begins with a byte order mark, which isn't part of a number."""


def read_widths(bucket: Bucket, keys: Sequence[str], content_type: str) -> tuple[dict[str, int], list[str]]:
    """Return the widths of the first documents of a sample of objects, and the problems found there.

    Objects whose first document doesn't have its width are left out.
    """
    widths: dict[str, int] = {}
    marked = []
    for key in keys[:: -(-len(keys) // _MAX_OBJECTS) or 1]:
        try:
            width = _read_width(bucket, key, content_type)
        except _ByteOrderMarkError:
            marked.append(key)
            continue
        if width:
            widths[key] = width
    return widths, _byte_order_mark_problem(marked)


def _byte_order_mark_problem(keys: list[str]) -> list[str]:
    if not keys:
        return []
    more = (
        f" The same is true of {len(keys) - 1} more of the objects that were read." if len(keys) > 1 else ""
    )
    return [
        f"{keys[0]} isn't CSV: it begins with a byte order mark; save it as UTF-8 without one.{more}",
    ]


def _read_width(bucket: Bucket, key: str, content_type: str) -> int | None:
    for length in _HEAD_BYTES:
        head = bucket.read_head(key, length)
        whole = len(head) < length
        width = _width(head, content_type, whole=whole)
        if width or whole:
            return width
    return None


def _width(head: bytes, content_type: str, *, whole: bool) -> int | None:
    if content_type == RECORDIO:
        return first_width(head)
    if content_type == CSV and head.startswith(codecs.BOM_UTF8):
        raise _ByteOrderMarkError
    lines = head.splitlines()
    line = next((line for line in (lines if whole else lines[:-1]) if line.strip()), None)
    if line is None:
        return None
    return line.count(b",") + 1 if content_type == CSV else _width_of_instance(line)


def _width_of_instance(line: bytes) -> int | None:
    try:
        instance = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match instance:
        case {"data": {"features": {"shape": [int(words)]}}}:
            return words
        case {"data": {"features": {"keys": _}}}:
            return None
        case {"features": [*values]} | {"data": {"features": {"values": [*values]}}}:
            return len(values)
    return None
