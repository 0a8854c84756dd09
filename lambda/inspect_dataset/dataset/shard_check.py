"""One shard: its checksum in S3 and its first document, compared with the manifest."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from common.csv_documents import read_csv_documents
from common.manifest import CSV
from common.recordio import IncompleteError, RecordError, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.bucket import Bucket
    from common.manifest import Manifest, Shard
    from common.recordio import Document

# Most first documents are within the first request; the answers to those of all threads fit the memory.
_MIN_HEAD_BYTES: Final = 1 << 12
MAX_HEAD_BYTES: Final = 1 << 16
MAX_RECORD_BYTES: Final = 1 << 22
# The most that a word takes in a record: a float32 and its key.
_BYTES_PER_WORD: Final = 9
_GROWTH: Final = 4
# So many longer heads at a time, as Python numbers, fit the function's memory.
_LONG_HEADS: Final = BoundedSemaphore(8)


@dataclass(frozen=True)
class ShardCheck:
    """The problems of a shard, by their kind, and a document if one was wanted and there are no problems."""

    problems: dict[str, str] = field(default_factory=dict)
    document: Document | None = None


def check_shard(bucket: Bucket, shard: Shard, manifest: Manifest, *, want_document: bool) -> ShardCheck:
    """Compare one shard's checksum and first document with the manifest.

    Parameters
    ----------
    want_document
        Whether a document of the shard's head is returned: one with words, if there is one.
    """
    problems = _checksum_problem(bucket, shard, manifest)
    try:
        documents = _read_head(bucket, shard, manifest)
    except RecordError as error:
        name = "CSV" if manifest.format == CSV else "RecordIO-protobuf"
        return ShardCheck({**problems, "format": f"{shard.key} isn't {name}: {error}."})
    first = next(documents)
    if problem := first.problem(manifest.feature_dim):
        problems["width"] = (
            f"The first record of {shard.key} {problem}, and feature_dim of {manifest.key} is "
            f"{manifest.feature_dim}."
        )
    if problems or not want_document:
        return ShardCheck(problems)
    return ShardCheck(document=_with_words(first, documents, manifest.feature_dim))


def _with_words(first: Document, others: Iterator[Document], feature_dim: int) -> Document:
    if first.sparse()[0]:
        return first
    usable = (other for other in others if not other.problem(feature_dim) and other.sparse()[0])
    try:
        return next(usable, first)
    except RecordError:
        return first  # Only first records are checked.


def _checksum_problem(bucket: Bucket, shard: Shard, manifest: Manifest) -> dict[str, str]:
    expected = shard.s3_checksum
    if expected is None:
        return {}
    algorithm = expected["algorithm"]
    answer = bucket.read_checksums(shard.key)
    kind, value = answer.get("ChecksumType"), answer.get(f"Checksum{algorithm}")
    if (kind, value) == (expected["type"], expected["value"]):
        return {}
    problem = (
        f"{shard.key} has the {algorithm} checksum {value} ({kind}), but "
        f"{expected['value']} ({expected['type']}) in {manifest.key}."
    )
    return {"checksum": problem}


def _read_head(bucket: Bucket, shard: Shard, manifest: Manifest) -> Iterator[Document]:
    """Return the documents of a shard's first bytes, of which there is at least one.

    Raises
    ------
    RecordError
        When the first isn't a document, or isn't whole within the longest head.
    """
    length = min(MAX_HEAD_BYTES, max(_MIN_HEAD_BYTES, _BYTES_PER_WORD * manifest.feature_dim))
    try:
        return _parse(bucket.read_head(shard.key, length), shard, manifest)
    except IncompleteError as error:
        with _LONG_HEADS:
            return _read_long_head(bucket, shard, manifest, error.needed or _GROWTH * length)


def _read_long_head(bucket: Bucket, shard: Shard, manifest: Manifest, length: int) -> Iterator[Document]:
    while length <= MAX_RECORD_BYTES:
        try:
            return _parse(bucket.read_head(shard.key, length), shard, manifest)
        except IncompleteError as error:
            length = error.needed or _GROWTH * length
    raise RecordError(
        f"the first record is longer than {MAX_RECORD_BYTES} bytes; documents over so many words need the "
        "sparse layout of RecordIO-protobuf"
    )


def _parse(head: bytes, shard: Shard, manifest: Manifest) -> Iterator[Document]:
    whole = len(head) == shard.size
    documents: Iterator[Document] = (
        read_csv_documents(head, whole=whole) if manifest.format == CSV else read_documents(head)
    )
    try:
        first = next(documents)
    except IncompleteError as error:
        if whole:
            raise RecordError(str(error)) from error
        raise
    return itertools.chain([first], documents)
