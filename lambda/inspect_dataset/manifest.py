"""A dataset's manifest: what it must hold, and what follows from it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from execution_input import InvalidInputError

SCHEMA: Final = 1
SPLITS: Final = ("train", "test")


@dataclass(frozen=True)
class Shard:
    """One object of a split, as the manifest describes it."""

    key: str
    size: int
    sha256: str
    s3_checksum: Mapping[str, str] | None


@dataclass(frozen=True)
class Split:
    """The training or the test documents."""

    documents: int
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Manifest:
    """A dataset as its manifest describes it."""

    key: str
    feature_dim: int
    content_type: str
    splits: Mapping[str, Split]

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


def parse(content: bytes, dataset: str) -> Manifest:
    """Read a manifest.

    Raises
    ------
    InvalidInputError
        When it isn't JSON, lacks a field, is of another schema, or a split is empty or lies elsewhere.
    """
    key = manifest_key(dataset)
    try:
        found = json.loads(content)
        schema = found["schema"]
        manifest = _manifest(key, found) if schema == SCHEMA else None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInputError(
            f"{key} isn't a manifest ({type(error).__name__}: {error}). Upload the dataset anew."
        ) from error
    if manifest is None:
        raise InvalidInputError(
            f"{key} is of schema {schema!r}, and only {SCHEMA} is known. Upload the dataset anew."
        )
    _check(manifest, dataset)
    return manifest


def _manifest(key: str, found: Mapping[str, Any]) -> Manifest:
    splits = {name: _split(found["splits"][name]) for name in SPLITS}
    return Manifest(key, int(found["feature_dim"]), str(found["content_type"]), splits)


def _split(found: Mapping[str, Any]) -> Split:
    return Split(int(found["documents"]), tuple(_shard(shard) for shard in found["shards"]))


def _shard(found: Mapping[str, Any]) -> Shard:
    checksum = found["s3_checksum"]
    if checksum is not None:
        checksum = {name: str(checksum[name]) for name in ("algorithm", "type", "value")}
    return Shard(str(found["key"]), int(found["bytes"]), str(found["sha256"]), checksum)


def _check(manifest: Manifest, dataset: str) -> None:
    if manifest.feature_dim < 1:
        raise InvalidInputError(f"{manifest.key} says that feature_dim is {manifest.feature_dim}.")
    for name, split in manifest.splits.items():
        if split.documents < 1 or not split.shards:
            raise InvalidInputError(
                f"The {name} split of {manifest.key} is empty. Training needs train documents, and judging "
                "the model needs test documents."
            )
        for shard in split.shards:
            _check_shard(manifest.key, shard, f"datasets/{dataset}/{name}/")


def _check_shard(manifest: str, shard: Shard, folder: str) -> None:
    if not shard.key.startswith(folder):
        raise InvalidInputError(f"{manifest} names the shard {shard.key}, which lies outside {folder}")
    if shard.size < 1:
        raise InvalidInputError(f"{manifest} says that the shard {shard.key} is empty.")
