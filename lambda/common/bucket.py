"""The data bucket, as far as checking needs it: listings, manifests, checksums, beginnings of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from common.manifest import Manifest, Shard, manifest_key, parse
from common.messages import InvalidInputError, names

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_s3.client import S3Client


@dataclass(frozen=True)
class Listed:
    """What a listing says of an object: its bytes, and when it was written."""

    size: int
    written: datetime


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
        listed = self.listing(key).get(key)
        if not listed:
            raise InvalidInputError(self._no_manifest(dataset, key))
        content = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        return parse(content, dataset, listed.written)

    def listing(self, prefix: str) -> dict[str, Listed]:
        """Return the objects whose keys begin with `prefix`, by their keys.

        What the console leaves where it "creates a folder" isn't among them: it holds nothing.
        """
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        found = (entry for page in pages for entry in page.get("Contents", []))
        return {
            entry["Key"]: Listed(entry["Size"], entry["LastModified"])
            for entry in found
            if not entry["Key"].endswith("/")
        }

    def checksum(self, shard: Shard) -> dict[str, Any]:
        """Return S3's answer about an object, its checksum included."""
        answer: Any = self.client.head_object(Bucket=self.name, Key=shard.key, ChecksumMode="ENABLED")
        return dict(answer)

    def head(self, shard: Shard, length: int) -> bytes:
        """Return at most the first `length` bytes of an object that isn't empty."""
        body = self.client.get_object(Bucket=self.name, Key=shard.key, Range=f"bytes=0-{length - 1}")["Body"]
        return body.read()

    def _no_manifest(self, dataset: str, key: str) -> str:
        folder = f"datasets/{dataset}/"
        answer = self.client.list_objects_v2(Bucket=self.name, Prefix=folder, MaxKeys=1)
        if answer.get("Contents"):
            return (
                f"The dataset {dataset!r} has no manifest: s3://{self.name}/{key} doesn't exist, though "
                f"objects lie under {folder}. If these are your own .pbr or .csv files, adopt them: "
                f"python -m data_prep adopt s3://{self.name}/datasets/{dataset}"
            )
        return (
            f"There is no dataset {dataset!r}: s3://{self.name}/{key} doesn't exist. "
            f"The bucket's datasets: {self._datasets()}."
        )

    def _datasets(self) -> str:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix="datasets/", Delimiter="/"
        )
        folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return names(folder.split("/")[1] for folder in folders) or "none"
