"""The documents that are to be scored: the split of a dataset, or whatever lies under a prefix."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from inspect_transform import widths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3.client import S3Client

SCHEMA: Final = 1
SPLIT_TYPES: Final = {
    "application/x-recordio-protobuf": "RecordIO",
    "text/csv": "Line",
    "application/jsonlines": "Line",
}
CONTENT_TYPES: Final = {
    ".pbr": "application/x-recordio-protobuf",
    ".rec": "application/x-recordio-protobuf",
    ".data": "application/x-recordio-protobuf",
    ".csv": "text/csv",
    ".jsonl": "application/jsonlines",
}
AGAIN: Final = "Upload the dataset anew."


@dataclass(frozen=True)
class Documents:
    """What is scored.

    Attributes
    ----------
    folder
        Where it lies in the bucket; SageMaker reads whatever key begins so.
    documents
        None where no manifest says how many there are.
    widths
        How many words they are over, by the folder or the object that says so.
    """

    folder: str
    content_type: str
    objects: int
    documents: int | None = None
    widths: Mapping[str, int] = field(default_factory=dict)

    @property
    def split_type(self) -> str:
        """How SageMaker finds the records of an object."""
        return SPLIT_TYPES[self.content_type]


@dataclass(frozen=True)
class Bucket:
    """The data bucket and a client for it."""

    name: str
    client: S3Client

    def listing(self, folder: str) -> dict[str, int]:
        """Return the sizes of the objects whose keys begin with `folder`, without the console's markers."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
        found = {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", [])}
        return {key: size for key, size in found.items() if size or not key.endswith("/")}

    def read(self, key: str) -> bytes:
        """Return an object."""
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def head(self, key: str, length: int) -> bytes:
        """Return at most the first `length` bytes of an object that isn't empty."""
        return self.client.get_object(Bucket=self.name, Key=key, Range=f"bytes=0-{length - 1}")["Body"].read()

    def datasets(self) -> list[str]:
        """Return the names of the folders of datasets."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix="datasets/", Delimiter="/"
        )
        folders = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
        return [folder.split("/")[1] for folder in folders]


def absence(bucket: Bucket, dataset: str) -> list[str]:
    """Return nothing, or that there is no such dataset."""
    key = _manifest_key(dataset)
    # Listed: of a missing key, a role that may list under a prefix alone is told "access denied".
    if key in bucket.listing(key):
        return []
    known = ", ".join(bucket.datasets()) or "none"
    return [
        (
            f"There is no dataset {dataset!r}: s3://{bucket.name}/{key} doesn't exist. The bucket's "
            f"datasets: {known}. Files without a manifest are scored by their prefix."
        )
    ]


def of_dataset(bucket: Bucket, dataset: str, split: str, problems: list[str]) -> Documents | None:
    """Return a dataset's split as its manifest describes it; add what is wrong to `problems`."""
    if absent := absence(bucket, dataset):
        problems += absent
        return None
    key = _manifest_key(dataset)
    try:
        documents, sizes = _parsed(json.loads(bucket.read(key)), f"datasets/{dataset}/{split}/", split)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        problems.append(f"{key} isn't a manifest ({type(error).__name__}: {error}). {AGAIN}")
        return None
    problems += _differences(key, documents.folder, sizes, bucket.listing(documents.folder))
    return documents


def of_prefix(bucket: Bucket, prefix: str, problems: list[str]) -> Documents | None:
    """Return what lies under a prefix, by the suffixes of its keys; add what is wrong to `problems`."""
    listing = bucket.listing(prefix)
    if not listing:
        problems.append(f"There is nothing to score under s3://{bucket.name}/{prefix}.")
        return None
    by_type: dict[str | None, list[str]] = defaultdict(list)
    for key in listing:
        by_type[_content_type(key)].append(key)
    problems += _unusable(prefix, by_type, [key for key, size in listing.items() if not size])
    content_type = next((found for found in by_type if found), None)
    if content_type is None:
        return None
    filled = [key for key in by_type[content_type] if listing[key]]
    found = widths.read(bucket, filled, content_type, problems)
    return Documents(prefix, content_type, len(listing), widths=found)


def _manifest_key(dataset: str) -> str:
    return f"datasets/{dataset}/manifest.json"


def _content_type(key: str) -> str | None:
    return next((found for suffix, found in CONTENT_TYPES.items() if key.endswith(suffix)), None)


def _unusable(prefix: str, by_type: Mapping[str | None, list[str]], empty: list[str]) -> list[str]:
    problems = []
    reads_all = f"SageMaker scores whatever lies under {prefix}"
    if unknown := by_type.get(None):
        problems.append(
            f"{_named(unknown)} none of {', '.join(CONTENT_TYPES)} at the end, and {reads_all}: move it "
            "away, or choose a deeper prefix."
        )
    if len(types := [found for found in by_type if found]) > 1:
        examples = ", ".join(f"{by_type[found][0]} is {found}" for found in types)
        problems.append(f"{reads_all} as one content type, but {examples}: give each a folder of its own.")
    if empty:
        problems.append(f"{empty[0]} is empty: there is no document to score in it. Delete it.")
    return problems


def _named(keys: list[str]) -> str:
    others = len(keys) - 1
    if not others:
        return f"{keys[0]} has"
    return f"{keys[0]} and {others} other{'s' if others > 1 else ''} have"


def _parsed(manifest: Any, folder: str, split: str) -> tuple[Documents, dict[str, int]]:
    if manifest["schema"] != SCHEMA:
        raise ValueError(f"it is of schema {manifest['schema']!r}, and only {SCHEMA} is known")
    # The parameters that channels of training need, such as label_size of CSV, mean nothing to a transform.
    content_type = str(manifest["content_type"]).partition(";")[0].strip()
    if content_type not in SPLIT_TYPES:
        raise ValueError(f"its content_type is {content_type!r}")
    found = manifest["splits"][split]
    sizes = {str(shard["key"]): int(shard["bytes"]) for shard in found["shards"]}
    if not sizes:
        raise ValueError(f"its {split} split is empty")
    documents = int(found["documents"])
    said = {folder: int(manifest["feature_dim"])}
    return Documents(folder, content_type, len(sizes), documents, said), sizes


def _differences(manifest: str, folder: str, said: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    problems = []
    if missing := sorted(said.keys() - found.keys()):
        problems.append(f"{manifest} names {missing[0]}, which isn't in the bucket. {AGAIN}")
    if extra := sorted(found.keys() - said.keys()):
        problems.append(
            f"{extra[0]} isn't in {manifest}, and SageMaker scores whatever lies under {folder}: delete it, "
            "or upload the dataset anew."
        )
    if changed := sorted(key for key in said.keys() & found.keys() if said[key] != found[key]):
        key = changed[0]
        problems.append(f"{key} has {found[key]} bytes, and {manifest} says {said[key]}. {AGAIN}")
    return problems
