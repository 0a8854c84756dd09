"""How many words documents without a manifest are over, as far as the first of them say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from documents import Bucket

# A few objects say enough of a folder: each takes one request or two.
_OBJECTS: Final = 20
# Most first documents are within the first of these; what is longer than the last, no model server takes.
_HEADS: Final = (1 << 16, 6 << 20)


def read(bucket: Bucket, keys: Sequence[str], content_type: str) -> dict[str, int]:
    """Return the widths of the first documents of a few objects, those that can be told."""
    few = keys[:: -(-len(keys) // _OBJECTS) or 1]
    found = {key: _first(bucket, key, content_type) for key in few}
    return {key: width for key, width in found.items() if width}


def _first(bucket: Bucket, key: str, content_type: str) -> int | None:
    for length in _HEADS:
        head = bucket.head(key, length)
        whole = len(head) < length
        width = _width(head, content_type, whole=whole)
        if width or whole:
            return width
    return None


def _width(head: bytes, content_type: str, *, whole: bool) -> int | None:
    if content_type == "application/x-recordio-protobuf":
        return record.width(head)
    lines = head.splitlines()
    line = next((line for line in (lines if whole else lines[:-1]) if line.strip()), None)
    if line is None:
        return None
    return line.count(b",") + 1 if content_type == "text/csv" else _of_instance(line)


def _of_instance(line: bytes) -> int | None:
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
