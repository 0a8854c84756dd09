"""How many words documents without a manifest are over, as far as the first of them say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from inspect_transform import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspect_transform.documents import Bucket

# A few objects say enough of a folder: each takes one request or two.
_OBJECTS: Final = 20
# Most first documents are within the first of these; what is longer than the last, no model server takes.
_HEADS: Final = (1 << 16, 6 << 20)
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class MarkedError(ValueError):
    """A CSV object begins with a byte order mark, which no number does."""


def read(bucket: Bucket, keys: Sequence[str], content_type: str, problems: list[str]) -> dict[str, int]:
    """Return the widths of a few objects' first documents, where they can be told; add to `problems`."""
    found, marked = {}, []
    for key in keys[:: -(-len(keys) // _OBJECTS) or 1]:
        try:
            found[key] = _first(bucket, key, content_type)
        except MarkedError:
            marked.append(key)
    if marked:
        more = f" So it is with {len(marked) - 1} more of the objects that were looked at."
        problems.append(
            f"{marked[0]} isn't CSV: it begins with a byte order mark; save it as UTF-8 without one."
            f"{more if len(marked) > 1 else ''}"
        )
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
    if content_type == "text/csv" and head.startswith(_BYTE_ORDER_MARK):
        raise MarkedError
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
