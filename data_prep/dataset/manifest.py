"""The manifest of a dataset: its splits, their shards and checksums."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from data_prep.recordio.reader import CorpusStatistics

MANIFEST = "manifest.json"
VOCABULARY, PREPARATION, DOCUMENTS = "vocabulary.txt", "preparation.json", "documents"
SplitName = Literal["train", "test"]
SPLITS: tuple[SplitName, ...] = ("train", "test")
SCHEMA = 1
CONTENT_TYPE = "application/x-recordio-protobuf"
# Without the parameter, SageMaker's algorithms take the first column for a label.
CSV_CONTENT_TYPE = "text/csv;label_size=0"
_CHECKSUMS = ("CRC64NVME", "SHA256", "SHA1", "CRC32C", "CRC32")


def dataset_key(name: str) -> str:
    """Return a dataset's folder: the prefix of its keys in the bucket.

    Raises
    ------
    ValueError
        If the name isn't 1 to 63 of a-z, 0-9 and "-".
    """
    if not re.fullmatch(r"[a-z0-9-]{1,63}", name):
        raise ValueError(f"A dataset's name is 1 to 63 of a-z, 0-9 and \"-\"; {name!r} isn't.")
    return f"datasets/{name}"


@dataclass(frozen=True)
class Checksum:
    """The checksum that S3 stores of an object: of `type` COMPOSITE it is a checksum of checksums."""

    algorithm: str
    type: str
    value: str


def checksum_in(response: Mapping[str, Any]) -> Checksum | None:
    """Return the checksum in HeadObject's response, or None if S3 stores none."""
    for algorithm in _CHECKSUMS:
        if value := response.get(f"Checksum{algorithm}"):
            return Checksum(algorithm, response.get("ChecksumType", "FULL_OBJECT"), value)
    return None


def sha256(file: Path) -> str:
    """Return the digest of a file, as lower-case hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@dataclass(frozen=True)
class Shard:
    """One file of a split; `key` is its key in the bucket and its path in the folder."""

    key: str
    bytes: int
    documents: int
    sha256: str
    s3_checksum: Checksum | None = None


@dataclass(frozen=True)
class Split:
    """The documents to train on, or to test with."""

    documents: int
    tokens: int
    nonzeros: int
    empty_documents: int
    shards: tuple[Shard, ...]

    @classmethod
    def of(cls, statistics: "CorpusStatistics", shards: tuple[Shard, ...]) -> "Split":
        """Return the split of the shards, with the statistics of their documents."""
        return cls(
            statistics.documents,
            int(statistics.tokens),
            statistics.nonzeros,
            statistics.empty_documents,
            shards,
        )


@dataclass(frozen=True)
class DocumentFile:
    """A file with the ids of a shard's documents; `key` is as of a shard."""

    key: str
    bytes: int
    sha256: str

    @classmethod
    def of(cls, key: str, path: Path) -> "DocumentFile":
        """Return the description of a local file."""
        return cls(key, path.stat().st_size, sha256(path))


@dataclass(frozen=True)
class Documents:
    """The files with the documents' ids: for each shard one of the same name, with a line for each record."""

    train: tuple[DocumentFile, ...]
    test: tuple[DocumentFile, ...]


@dataclass(frozen=True)
class Manifest:
    """A dataset of `feature_dim` words.

    `vocabulary` is a key, or None if the words aren't known; so is `preparation`, what turned text into
    counts. `documents` is None if the documents have no ids.
    """

    name: str
    feature_dim: int
    layout: str
    vocabulary: str | None
    source: str
    train: Split
    test: Split
    content_type: str = CONTENT_TYPE
    preparation: str | None = None
    documents: Documents | None = None

    def shards(self) -> tuple[Shard, ...]:
        """All shards, those of train first."""
        return self.train.shards + self.test.shards

    def object_keys(self) -> tuple[str, ...]:
        """Keys of all objects but the manifest itself."""
        keys = [shard.key for shard in self.shards()]
        if self.documents:
            keys += [file.key for file in (*self.documents.train, *self.documents.test)]
        return (*keys, *(key for key in (self.vocabulary, self.preparation) if key))

    def to_json(self) -> str:
        """Return the content of the manifest's file."""
        document = {
            "schema": SCHEMA,
            "name": self.name,
            "feature_dim": self.feature_dim,
            "content_type": self.content_type,
            "layout": self.layout,
            "vocabulary": self.vocabulary,
            "preparation": self.preparation,
            "documents": asdict(self.documents) if self.documents else None,
            "source": self.source,
            "splits": {"train": asdict(self.train), "test": asdict(self.test)},
        }
        return json.dumps(document, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, file: str) -> "Manifest":
        """Parse a manifest.

        Parameters
        ----------
        text : str
            What `to_json` returned.
        file : str
            The file, for an error message.

        Raises
        ------
        ValueError
            If it isn't a manifest of this schema.
        """
        try:
            document = json.loads(text)
            if document["schema"] != SCHEMA:
                raise ValueError(f"{file} has schema {document['schema']}; schema {SCHEMA} is supported.")
            return cls(
                name=document["name"],
                feature_dim=document["feature_dim"],
                layout=document["layout"],
                vocabulary=document["vocabulary"],
                source=document["source"],
                train=_split(document["splits"]["train"]),
                test=_split(document["splits"]["test"]),
                content_type=document["content_type"],
                preparation=document.get("preparation"),
                documents=_documents(document.get("documents")),
            )
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f"{file} is no manifest of a dataset ({error!r}); encode it again.") from error


def _documents(document: dict[str, Any] | None) -> Documents | None:
    if document is None:
        return None
    return Documents(**{name: tuple(DocumentFile(**file) for file in document[name]) for name in SPLITS})


def _split(document: dict[str, Any]) -> Split:
    shards = tuple(
        Shard(**{**shard, "s3_checksum": Checksum(**shard["s3_checksum"]) if shard["s3_checksum"] else None})
        for shard in document["shards"]
    )
    return Split(**{**document, "shards": shards})
