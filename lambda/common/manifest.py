"""A dataset's manifest: what it must hold, and what follows from it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from typing import Final

from common import json_reader as members
from common.json_reader import Member, MemberError
from common.messages import InvalidInputError, cut, few

SCHEMA: Final = 1
SPLITS: Final = ("train", "test")
RECORDIO: Final = "application/x-recordio-protobuf"
CSV: Final = "text/csv"
# SageMaker's algorithms take the first column for a label where the content type doesn't deny it.
_UNLABELLED_CSV: Final = "text/csv;label_size=0"


@dataclass(frozen=True)
class Shard:
    """One object of a split, as the manifest describes it."""

    key: str
    size: int
    sha256: str
    s3_checksum: Mapping[str, str] | None


@dataclass(frozen=True)
class Split:
    """The training or the test documents; `tokens` is None where the manifest doesn't say how many."""

    documents: int
    tokens: int | None
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Manifest:
    """A dataset as its manifest describes it, which was `written` after the shards."""

    key: str
    written: datetime
    feature_dim: int
    content_type: str
    splits: Mapping[str, Split]

    @property
    def format(self) -> str:
        """The content type without its parameters."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def channel_content_type(self) -> str:
        """What the training job's channels are said to hold."""
        return _UNLABELLED_CSV if self.format == CSV else self.content_type

    @property
    def test_split(self) -> str:
        """The identity of the test documents: SHA-256 over the lower-case hex SHA-256 of the shards in order.

        Two models are comparable when this is the same for both: where the shards lie plays no part.
        """
        return hashlib.sha256(
            "\n".join(shard.sha256 for shard in self.splits["test"].shards).encode()
        ).hexdigest()


def manifest_key(dataset: str) -> str:
    """Return where the manifest of a dataset lies in the bucket."""
    return f"datasets/{dataset}/manifest.json"


def parse(content: bytes, dataset: str, written: datetime) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InvalidInputError
        When it isn't JSON, lacks a field or is of another schema.
    """
    key = manifest_key(dataset)
    try:
        found = members.read(content)
        schema = found["schema"].value
        manifest = _manifest(key, written, found) if schema == SCHEMA else None
    except MemberError as error:
        raise InvalidInputError(f"{key} isn't a manifest: {error}. Upload the dataset anew.") from error
    if manifest is None:
        raise InvalidInputError(
            f"{key} is of schema {cut(repr(schema))}, and only {SCHEMA} is known. Upload the dataset anew."
        )
    return manifest


def contradictions(manifest: Manifest) -> list[str]:
    """Return a sentence for each thing in a manifest that no dataset can have."""
    found = _content_type_problems(manifest)
    if manifest.feature_dim < 1:
        found.append(f"{manifest.key} says that feature_dim is {manifest.feature_dim}.")
    for name, split in manifest.splits.items():
        if split.documents < 1 or not split.shards:
            found.append(
                f"The {name} split of {manifest.key} is empty. Training needs train documents, and judging "
                "the model needs test documents."
            )
        folder = f"{manifest.key.rpartition('/')[0]}/{name}/"
        wrong = [_shard_problem(manifest.key, shard, folder) for shard in split.shards]
        found += few([problem for problem in wrong if problem], "shards")
    return found


def _manifest(key: str, written: datetime, found: Member) -> Manifest:
    splits = {name: _split(found["splits"][name]) for name in SPLITS}
    return Manifest(key, written, found["feature_dim"].whole_number(), found["content_type"].text(), splits)


def _split(found: Member) -> Split:
    shards = tuple(_shard(shard) for shard in found["shards"].each())
    tokens = None if found.value.get("tokens") is None else found["tokens"].whole_number()
    return Split(found["documents"].whole_number(), tokens, shards)


def _shard(found: Member) -> Shard:
    said = found["s3_checksum"]
    parts = () if said.value is None else ("algorithm", "type", "value")
    checksum = {name: said[name].text() for name in parts} or None
    return Shard(found["key"].text(), found["bytes"].whole_number(), found["sha256"].text(), checksum)


def _content_type_problems(manifest: Manifest) -> list[str]:
    said = f"{manifest.key} says that content_type is {manifest.content_type!r}"
    if manifest.format not in {RECORDIO, CSV}:
        return [f"{said}; LDA trains on {RECORDIO} or {CSV}."]
    message = Message()
    message["content-type"] = manifest.content_type
    if str(message.get_param("label_size", "0")) != "0":
        return [f"{said}; LDA takes documents without labels. Take them away, and write the dataset anew."]
    return []


def _shard_problem(manifest: str, shard: Shard, folder: str) -> str:
    if not shard.key.startswith(folder):
        return f"{manifest} names the shard {shard.key}, which lies outside {folder}"
    if shard.size < 1:
        return f"{manifest} says that the shard {shard.key} is empty."
    return ""
