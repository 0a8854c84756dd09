"""A dataset in the bucket, compared with its manifest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from execution_input import InvalidInputError
from manifest import SPLITS, Manifest, Shard, manifest_key, parse
from record import Document, IncompleteError, RecordError, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.client import S3Client

HEAD_BYTES: Final = 1 << 16
LARGEST_RECORD: Final = 1 << 22  # times REQUESTS_AT_ONCE it fits the function's memory, as Python numbers
REQUESTS_AT_ONCE: Final = 10  # as many connections as a boto3 client keeps
AGAIN: Final = "Upload the dataset anew."


@dataclass(frozen=True)
class Bucket:
    """The data bucket and a client for it."""

    name: str
    client: S3Client

    def manifest(self, dataset: str) -> Manifest:
        """Read a dataset's manifest.

        Raises
        ------
        InvalidInputError
            When there is none, or it can't be read.
        """
        key = manifest_key(dataset)
        # Listed first: of a missing key, a role that may list under a prefix alone is told "access denied".
        if key not in self.listing(key):
            known = ", ".join(self._datasets()) or "none"
            raise InvalidInputError(
                f"There is no dataset {dataset!r}: s3://{self.name}/{key} doesn't exist. "
                f"The bucket's datasets: {known}."
            )
        return parse(self.client.get_object(Bucket=self.name, Key=key)["Body"].read(), dataset)

    def listing(self, folder: str) -> dict[str, int]:
        """Return the sizes, in bytes, of the objects whose keys begin with `folder`, by their keys."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
        return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}

    def checksum(self, shard: Shard) -> dict[str, Any]:
        """Return S3's answer about an object, its checksum included."""
        answer: Any = self.client.head_object(Bucket=self.name, Key=shard.key, ChecksumMode="ENABLED")
        return dict(answer)

    def head(self, shard: Shard, length: int) -> bytes:
        """Return at most the first `length` bytes of an object that isn't empty."""
        body = self.client.get_object(Bucket=self.name, Key=shard.key, Range=f"bytes=0-{length - 1}")["Body"]
        return body.read()

    def _datasets(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix="datasets/", Delimiter="/"
        )
        folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return [folder.split("/")[1] for folder in folders]


def inspect(bucket: Bucket, manifest: Manifest) -> Document:
    """Compare both splits with the manifest; return a test document, with words if a head holds such a one.

    Raises
    ------
    InvalidInputError
        When an object is missing, is too many, or isn't what the manifest says.
    """
    for name, split in manifest.splits.items():
        folder = f"{manifest.key.rpartition('/')[0]}/{name}/"
        _compare(
            manifest.key, folder, {shard.key: shard.size for shard in split.shards}, bucket.listing(folder)
        )
    chosen = Document(keys=None, values=[], shape=manifest.feature_dim)
    for part in SPLITS:
        for document in _look_at_each(bucket, manifest, part):
            if part == "test" and not any(chosen.values):
                chosen = document
    return chosen


def _compare(manifest: str, folder: str, said: dict[str, int], found: dict[str, int]) -> None:
    if missing := sorted(said.keys() - found.keys()):
        raise InvalidInputError(f"{manifest} names {missing[0]}, which isn't in the bucket. {AGAIN}")
    if extra := sorted(found.keys() - said.keys()):
        raise InvalidInputError(
            f"{extra[0]} isn't in {manifest}, and SageMaker reads whatever lies under {folder}: delete it, "
            "or upload the dataset anew."
        )
    for key, size in said.items():
        if found[key] != size:
            raise InvalidInputError(f"{key} has {found[key]} bytes, and {manifest} says {size}. {AGAIN}")


def _look_at_each(bucket: Bucket, manifest: Manifest, split: str) -> Iterator[Document]:
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        yield from pool.map(lambda shard: _look(bucket, shard, manifest), manifest.splits[split].shards)


def _look(bucket: Bucket, shard: Shard, manifest: Manifest) -> Document:
    """Compare one shard's checksum and first record with the manifest; return a document of its head."""
    _compare_checksum(bucket, shard, manifest)
    try:
        head = documents(_head(bucket, shard))
        first = next(head)
        chosen = first if any(first.values) else next((other for other in head if any(other.values)), first)
    except RecordError as error:
        raise InvalidInputError(f"{shard.key} isn't RecordIO-protobuf: {error}. {AGAIN}") from error
    if mistake := first.mistake(manifest.feature_dim):
        raise InvalidInputError(
            f"The first record of {shard.key} {mistake}, and feature_dim of {manifest.key} is "
            f"{manifest.feature_dim}. {AGAIN}"
        )
    return chosen


def _compare_checksum(bucket: Bucket, shard: Shard, manifest: Manifest) -> None:
    said = shard.s3_checksum
    if said is None:
        return  # S3 kept none when the shard was uploaded.
    answer = bucket.checksum(shard)
    found = {
        "algorithm": said["algorithm"],
        "type": answer.get("ChecksumType"),
        "value": answer.get(f"Checksum{said['algorithm']}"),
    }
    if found != said:
        raise InvalidInputError(
            f"{shard.key} has the {said['algorithm']} checksum {found['value']} ({found['type']}), and "
            f"{manifest.key} says {said['value']} ({said['type']}). {AGAIN}"
        )


def _head(bucket: Bucket, shard: Shard) -> bytes:
    """Return the beginning of a shard, at least its whole first record."""
    length = HEAD_BYTES
    while length <= LARGEST_RECORD:
        head = bucket.head(shard, length)
        try:
            next(documents(head))
        except IncompleteError as error:
            if len(head) == shard.size:
                raise
            length = error.needed
        else:
            return head
    raise RecordError(
        f"the first record is longer than {LARGEST_RECORD} bytes; documents over so many words need the "
        "sparse layout"
    )
