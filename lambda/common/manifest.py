"""A dataset's manifest, datasets/<dataset>/manifest.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from common.errors import InvalidInputError
from common.json_reader import JsonError, JsonValue, read_json
from common.messages import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from common.bucket import Bucket

SPLITS: Final = ("train", "test")
RECORDIO: Final = "application/x-recordio-protobuf"
CSV: Final = "text/csv"
UPLOAD_AGAIN: Final = "Upload the dataset again."
_SCHEMA: Final = 1


@dataclass(frozen=True)
class Shard:
    """One object of a split; `s3_checksum` is None where S3 had none when the shard was uploaded."""

    key: str
    size: int
    sha256: str
    s3_checksum: Mapping[str, str] | None


@dataclass(frozen=True)
class Split:
    """The training or the test documents; `tokens` is None where the manifest has no number of them."""

    documents: int
    tokens: int | None
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Manifest:
    """A dataset as its manifest describes it; `last_modified` is the manifest's own, the last object's."""

    key: str
    last_modified: datetime
    feature_dim: int
    content_type: str
    splits: Mapping[str, Split]
    vocabulary: str | None = None
    preparation: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """The keys of what the dataset knows of its words: `vocabulary`, and `preparation` of a text."""
        keys = {"vocabulary": self.vocabulary, "preparation": self.preparation}
        return {name: key for name, key in keys.items() if key}

    @property
    def format(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    def folder(self, split: str) -> str:
        """Return the prefix of a split's objects."""
        return f"{self.key.rpartition('/')[0]}/{split}/"


def manifest_key(dataset: str) -> str:
    """Return the key of a dataset's manifest."""
    return f"datasets/{dataset}/manifest.json"


def load_manifest(bucket: Bucket, dataset: str) -> Manifest | None:
    """Read a dataset's manifest; None where there is none.

    Raises
    ------
    InvalidInputError
        When it isn't JSON, lacks a field or is of another schema.
    """
    key = manifest_key(dataset)
    summary = bucket.describe_or_none(key)
    if summary is None:
        return None
    try:
        return _manifest(key, summary.last_modified, read_json(bucket.open(key).read()))
    except JsonError as error:
        raise InvalidInputError(f"{key} isn't a manifest: {error}. {UPLOAD_AGAIN}") from error


def _manifest(key: str, last_modified: datetime, document: JsonValue) -> Manifest:
    schema = document["schema"].value
    if schema != _SCHEMA:
        raise JsonError(f"it is of schema {shortened(repr(schema))}, and only {_SCHEMA} is known")
    return Manifest(
        key=key,
        last_modified=last_modified,
        splits={name: _split(document["splits"][name]) for name in SPLITS},
        feature_dim=document["feature_dim"].whole_number(),
        content_type=document["content_type"].text(),
        vocabulary=_optional_text(document, "vocabulary"),
        preparation=_optional_text(document, "preparation"),
    )


def _optional_text(document: JsonValue, name: str) -> str | None:
    value = document.get(name)
    return None if value is None or value.value is None else value.text()


def _split(document: JsonValue) -> Split:
    shards = tuple(_shard(shard) for shard in document["shards"].elements())
    tokens = document.get("tokens")
    return Split(
        documents=document["documents"].whole_number(),
        tokens=None if tokens is None else tokens.whole_number(),
        shards=shards,
    )


def _shard(document: JsonValue) -> Shard:
    checksum = document["s3_checksum"]
    return Shard(
        key=document["key"].text(),
        size=document["bytes"].whole_number(),
        sha256=document["sha256"].text(),
        s3_checksum=None
        if checksum.value is None
        else {name: checksum[name].text() for name in ("algorithm", "type", "value")},
    )
