"""The test documents by which models are scored: a sample, each split into two halves, by hashes."""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from common.csv_documents import read_csv_documents
from common.manifest import CSV
from common.recordio import RecordError, read_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from common.bucket import Bucket
    from common.recordio import Document

MAX_DOCUMENTS: Final = 5000
# Of the first bytes of the test objects, which are read in equal parts.
_MAX_BYTES: Final = 1 << 25
_LEAST_BYTES: Final = 1 << 16
_MIN_TOKENS: Final = 2
_LARGEST_COUNT: Final = 1 << 16
_SEED: Final = b"held-out halves 1"


@dataclass(frozen=True)
class HeldOutDocument:
    """A document: its words as positions in the sample's, how often each is in either half, and its hash."""

    words: tuple[int, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]
    digest: bytes = b""

    @property
    def tokens(self) -> int:
        """The number of its tokens."""
        return sum(self.first) + sum(self.second)


@dataclass(frozen=True)
class Sample:
    """The documents that every model is scored on.

    Attributes
    ----------
    documents
        In the order of their hashes.
    words
        The columns of the vocabulary that occur in them, in ascending order.
    read
        How many different documents were read to choose from.
    """

    documents: tuple[HeldOutDocument, ...]
    words: tuple[int, ...]
    read: int


def load_sample(bucket: Bucket, folder: str, content_type: str, feature_dim: int, max_pairs: int) -> Sample:
    """Choose documents of the test split, the same for the same objects.

    Parameters
    ----------
    bucket, folder
        Where the test documents are.
    content_type
        Of their objects.
    feature_dim
        How many words the vocabulary has.
    max_pairs
        The largest number of pairs of a document and a word of it.
    """
    found = dict(_read_counts(bucket, folder, content_type, feature_dim))
    chosen = _first(sorted(found.items()), max_pairs)
    words = sorted({word for _, counts in chosen for word in counts})
    position = {word: number for number, word in enumerate(words)}
    documents = tuple(_halved(digest, counts, position) for digest, counts in chosen)
    return Sample(documents, tuple(words), len(found))


def count_copies(
    bucket: Bucket, folder: str, content_type: str, feature_dim: int, sample: Sample
) -> tuple[int, int]:
    """Return how many of a sample's documents are among those of another split, and how many were read there.

    Parameters
    ----------
    bucket, folder, content_type, feature_dim
        As for `load_sample`.
    """
    others = {digest for digest, _ in _read_counts(bucket, folder, content_type, feature_dim)}
    return sum(document.digest in others for document in sample.documents), len(others)


def _read_counts(
    bucket: Bucket, folder: str, content_type: str, feature_dim: int
) -> Iterator[tuple[bytes, Counter[int]]]:
    """Yield the hash and the counts of each document of at least two tokens."""
    for document in _read(bucket, folder, content_type):
        counts = _whole_counts(document, feature_dim)
        if sum(counts.values()) >= _MIN_TOKENS:
            yield _digest(counts), counts


def _first(documents: list[tuple[bytes, Counter[int]]], max_pairs: int) -> list[tuple[bytes, Counter[int]]]:
    chosen = []
    for digest, counts in documents[:MAX_DOCUMENTS]:
        max_pairs -= len(counts)
        if max_pairs < 0:
            break
        chosen.append((digest, counts))
    return chosen


def _read(bucket: Bucket, folder: str, content_type: str) -> Iterator[Document]:
    keys = [key for key, summary in bucket.list_objects(folder).items() if summary.size]
    keys = sorted(keys)[:: -(-len(keys) * _LEAST_BYTES // _MAX_BYTES) or 1]
    for key in keys:
        length = _MAX_BYTES // len(keys)
        head = bucket.read_head(key, length)
        try:
            yield from _documents(head, content_type, whole=len(head) < length)
        except RecordError:
            continue  # InspectDataset reports broken objects; a document may also be longer than its part


def _documents(head: bytes, content_type: str, *, whole: bool) -> Iterable[Document]:
    if content_type.partition(";")[0].strip().lower() == CSV:
        return read_csv_documents(head, whole=whole)
    return read_documents(head)


def _whole_counts(document: Document, feature_dim: int) -> Counter[int]:
    """Return a document's counts as whole numbers; none for a document over other words."""
    counts: Counter[int] = Counter()
    if document.problem(feature_dim) is None:
        for word, value in zip(*document.sparse(), strict=True):
            if math.isfinite(value):
                counts[word] += min(round(value), _LARGEST_COUNT)
    return +counts


def _digest(counts: Counter[int]) -> bytes:
    content = ",".join(f"{word}:{count}" for word, count in sorted(counts.items()))
    return hashlib.blake2b(content.encode(), key=_SEED, digest_size=16).digest()


def _halved(digest: bytes, counts: Counter[int], position: dict[int, int]) -> HeldOutDocument:
    """Put each token into one of two halves, as the document's hash decides."""
    bits = random.Random(int.from_bytes(digest, "big"))  # noqa: S311 -- the same halves every time
    words = sorted(counts)
    first = [bits.getrandbits(counts[word]).bit_count() for word in words]
    second = [counts[word] - half for word, half in zip(words, first, strict=True)]
    return HeldOutDocument(tuple(position[word] for word in words), tuple(first), tuple(second), digest)
