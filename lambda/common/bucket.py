"""The data bucket: listings, objects and their first bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from botocore.response import StreamingBody
    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True)
class ObjectSummary:
    """An object in a listing: its size in bytes, when it was written, and S3's tag of its content."""

    size: int
    last_modified: datetime
    etag: str


@dataclass(frozen=True)
class Bucket:
    """The data bucket and a client for it."""

    name: str
    client: S3Client

    def list_objects(self, prefix: str) -> dict[str, ObjectSummary]:
        """Return the objects whose keys begin with `prefix`, by their keys.

        The empty object that the console writes when it "creates a folder" isn't among them.
        """
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return {
            entry["Key"]: _summary(entry)
            for page in pages
            for entry in page.get("Contents", [])
            if entry["Size"] or not entry["Key"].endswith("/")
        }

    def list_datasets(self) -> list[str]:
        """Return the names of the folders under datasets/."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix="datasets/", Delimiter="/"
        )
        folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return [folder.split("/")[1] for folder in folders]

    def describe_or_none(self, key: str) -> ObjectSummary | None:
        """Return an object's summary, or None where there is no such object.

        It is listed: a role that may list under a prefix alone gets "access denied" for a missing key.
        """
        answer = self.client.list_objects_v2(Bucket=self.name, Prefix=key, MaxKeys=1)
        first = next(iter(answer.get("Contents", [])), None)
        if first is None or first["Key"] != key:
            return None
        return _summary(first)

    def has_objects(self, prefix: str) -> bool:
        """Return whether any object's key begins with `prefix`."""
        answer = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=1)
        return bool(answer.get("Contents"))

    def open(self, key: str) -> StreamingBody:
        """Return an object as a stream."""
        return self.client.get_object(Bucket=self.name, Key=key)["Body"]

    def read_or_none(self, key: str, max_bytes: int | None = None) -> bytes | None:
        """Return an object's content, its first `max_bytes` at most; None where there is no such object."""
        return None if self.describe_or_none(key) is None else self.open(key).read(max_bytes)

    def read_head(self, key: str, length: int) -> bytes:
        """Return at most the first `length` bytes of an object that isn't empty."""
        answer = self.client.get_object(Bucket=self.name, Key=key, Range=f"bytes=0-{length - 1}")
        return answer["Body"].read()

    def read_checksums(self, key: str) -> dict[str, Any]:
        """Return S3's description of an object with its checksums."""
        answer: Any = self.client.head_object(Bucket=self.name, Key=key, ChecksumMode="ENABLED")
        return dict(answer)

    def copy(self, source: str, target: str) -> None:
        """Copy an object of at most 5 GB within the bucket, without its tags, whose reading needs a grant."""
        self.client.copy_object(
            Bucket=self.name,
            Key=target,
            CopySource={"Bucket": self.name, "Key": source},
            TaggingDirective="REPLACE",
        )

    def write_json(self, key: str, document: Any) -> None:
        """Write a JSON document."""
        self.client.put_object(
            Bucket=self.name,
            Key=key,
            Body=json.dumps(document, indent=2, allow_nan=False).encode(),
            ContentType="application/json",
        )


def _summary(entry: Mapping[str, Any]) -> ObjectSummary:
    return ObjectSummary(entry["Size"], entry["LastModified"], entry["ETag"])
