"""One shard: S3's checksum of it, and its beginning."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from common import recordio as record
from common.manifest import CSV, Manifest, Shard
from common.recordio import Content, IncompleteError, RecordError
from inspect_dataset.dataset import csv_documents as csv_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.bucket import Bucket

# Most first documents are within the first request, whose answers all threads together may hold.
SMALLEST_HEAD: Final = 1 << 12
HEAD_BYTES: Final = 1 << 16
LARGEST_RECORD: Final = 1 << 22
# A float32 and its key, which is what most bytes a word takes in a record.
_BYTES_A_WORD: Final = 9
_GROWTH: Final = 4
# So many longer heads at a time, as Python numbers, fit the function's memory.
_LONG_HEADS: Final = BoundedSemaphore(8)


@dataclass(frozen=True)
class Look:
    """What a look at a shard found: problems by their kind, and the document that was asked for."""

    problems: dict[str, str] = field(default_factory=dict)
    document: Content | None = None


def look(bucket: Bucket, shard: Shard, manifest: Manifest, *, want_document: bool) -> Look:
    """Compare one shard's checksum and first document with the manifest.

    Parameters
    ----------
    want_document
        Whether a document of its head is returned: one with words, if there is such a one.
    """
    problems = {}
    if sentence := _checksum_problem(bucket, shard, manifest):
        problems["checksum"] = sentence
    try:
        documents = _documents(bucket, shard, manifest)
    except RecordError as error:
        kind = "CSV" if manifest.format == CSV else "RecordIO-protobuf"
        return Look({**problems, "format": f"{shard.key} isn't {kind}: {error}."})
    first = next(documents)
    if mistake := first.mistake(manifest.feature_dim):
        problems["width"] = (
            f"The first record of {shard.key} {mistake}, and feature_dim of {manifest.key} is "
            f"{manifest.feature_dim}."
        )
    if problems or not want_document:
        return Look(problems)
    return Look(document=_with_words(first, documents, manifest.feature_dim))


def _with_words(first: Content, others: Iterator[Content], feature_dim: int) -> Content:
    if first.sparse()[0]:
        return first
    try:
        return next(
            (one for one in others if not one.mistake(feature_dim) and one.sparse()[0]),
            first,
        )
    except RecordError:
        return first  # Only first records are judged here.


def _checksum_problem(bucket: Bucket, shard: Shard, manifest: Manifest) -> str:
    said = shard.s3_checksum
    if said is None:
        return ""  # S3 kept none when the shard was uploaded.
    answer = bucket.checksum(shard)
    found = {
        "algorithm": said["algorithm"],
        "type": answer.get("ChecksumType"),
        "value": answer.get(f"Checksum{said['algorithm']}"),
    }
    if found == said:
        return ""
    return (
        f"{shard.key} has the {said['algorithm']} checksum {found['value']} ({found['type']}), and "
        f"{manifest.key} says {said['value']} ({said['type']})."
    )


def _documents(bucket: Bucket, shard: Shard, manifest: Manifest) -> Iterator[Content]:
    """Return the documents of a shard's beginning, of which there is at least one.

    Raises
    ------
    RecordError
        When the first isn't one, or isn't whole within the largest head.
    """
    length = min(HEAD_BYTES, max(SMALLEST_HEAD, _BYTES_A_WORD * manifest.feature_dim))
    try:
        return _begun(bucket.head(shard, length), shard, manifest)
    except IncompleteError as error:
        with _LONG_HEADS:
            return _long(bucket, shard, manifest, error.needed or _GROWTH * length)


def _long(bucket: Bucket, shard: Shard, manifest: Manifest, length: int) -> Iterator[Content]:
    while length <= LARGEST_RECORD:
        try:
            return _begun(bucket.head(shard, length), shard, manifest)
        except IncompleteError as error:
            length = error.needed or _GROWTH * length
    raise RecordError(
        f"the first record is longer than {LARGEST_RECORD} bytes; documents over so many words need the "
        "sparse layout of RecordIO-protobuf"
    )


def _begun(head: bytes, shard: Shard, manifest: Manifest) -> Iterator[Content]:
    whole = len(head) == shard.size
    documents = _parsed(head, manifest, whole=whole)
    try:
        first = next(documents)
    except IncompleteError as error:
        if whole:
            raise RecordError(str(error)) from error
        raise
    return _again(first, documents)


def _parsed(head: bytes, manifest: Manifest, *, whole: bool) -> Iterator[Content]:
    if manifest.format == CSV:
        return csv_head.documents(head, whole=whole)
    return record.documents(head)


def _again(first: Content, others: Iterator[Content]) -> Iterator[Content]:
    yield first
    yield from others
