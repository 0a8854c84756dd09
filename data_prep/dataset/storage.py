"""Where a dataset's files lie: a local folder, or a prefix in a bucket. Nothing here changes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from data_prep.dataset.manifest import Checksum, checksum_in, dataset_key
from data_prep.inputs.corpus import S3
from data_prep.recordio.files import replacing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Entry:
    """One file: its path below the dataset, its size, and S3's tag for its content where it lies there."""

    path: str
    size: int
    tag: str = ""


class Place(Protocol):
    """What adopting needs of either kind."""

    @property
    def name(self) -> str:
        """The dataset's name."""

    def entries(self) -> list[Entry]:
        """List the files below the place, by their paths."""

    def called(self, path: str) -> str:
        """Name a file for a message."""

    def open(self, entry: Entry) -> Any:
        """Open a file for reading, as a context."""

    def checksum(self, entry: Entry, /) -> Checksum | None:
        """Return the checksum that S3 keeps of a file, if it does."""

    def write_manifest(self, text: str) -> None:
        """Put the manifest beside the files."""


def place(location: str | os.PathLike[str], s3: "S3Client | None" = None) -> Place:
    """Return the place of a dataset.

    Raises
    ------
    ValueError
        If it isn't `s3://<bucket>/datasets/<name>`, or a folder `.../datasets/<name>`.
    """
    if not str(location).startswith(S3):
        return _folder(Path(location))
    bucket, _, key = str(location).removeprefix(S3).rstrip("/").partition("/")
    folder, _, name = key.rpartition("/")
    if not bucket or folder != "datasets":
        raise ValueError(f"{location}: in a bucket, a dataset lies at s3://<bucket>/datasets/<name>.")
    if s3 is None:
        import boto3  # noqa: PLC0415 -- only who reads from S3 needs AWS, and importing it takes a while

        s3 = boto3.client("s3")
    dataset_key(name)
    return _Prefix(name, bucket, s3)


def _folder(path: Path) -> "_Folder":
    folder = path.resolve()
    if not path.is_dir():
        raise FileNotFoundError(2, os.strerror(2), str(path))
    if folder.parent.name != "datasets":
        raise ValueError(
            f"{path}: a dataset lies in a folder .../datasets/<name>, as in the bucket. Move it there."
        )
    dataset_key(folder.name)
    return _Folder(folder.name, folder, str(path))


@dataclass(frozen=True)
class _Folder:
    name: str
    folder: Path
    shown: str

    def entries(self) -> list[Entry]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        found = (Entry(path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in files)
        return sorted(found, key=lambda entry: entry.path)

    def called(self, path: str) -> str:
        return str(Path(self.shown) / path)

    def open(self, entry: Entry) -> BinaryIO:
        return (self.folder / entry.path).open("rb")

    def checksum(self, _entry: Entry, /) -> None:
        return None  # S3 hasn't seen it: uploading fills it in.

    def write_manifest(self, text: str) -> None:
        with replacing(self.folder / MANIFEST) as file:
            file.write(text.encode())


@dataclass(frozen=True)
class _Prefix:
    name: str
    bucket: str
    s3: "S3Client"

    def entries(self) -> list[Entry]:
        begin = f"{dataset_key(self.name)}/"
        with _refusals(self.called("")):
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=begin)
            found = [
                Entry(item["Key"].removeprefix(begin), item["Size"], item["ETag"])
                for page in pages
                for item in page.get("Contents", [])
                # The console leaves such a key where it "creates a folder".
                if not item["Key"].endswith("/")
            ]
        return sorted(found, key=lambda entry: entry.path)

    def called(self, path: str) -> str:
        return f"{S3}{self.bucket}/{self._key(path)}"

    @contextmanager
    def open(self, entry: Entry) -> Iterator[Any]:
        with _refusals(self.called(entry.path)):
            # Of another content than the one that was listed, S3 sends nothing.
            body = self.s3.get_object(Bucket=self.bucket, Key=self._key(entry.path), IfMatch=entry.tag)[
                "Body"
            ]
            try:
                yield body
            finally:
                body.close()

    def checksum(self, entry: Entry, /) -> Checksum | None:
        with _refusals(self.called(entry.path)):
            answer = self.s3.head_object(
                Bucket=self.bucket, Key=self._key(entry.path), IfMatch=entry.tag, ChecksumMode="ENABLED"
            )
        return checksum_in(answer)

    def write_manifest(self, text: str) -> None:
        with _refusals(self.called(MANIFEST)):
            self.s3.put_object(
                Bucket=self.bucket,
                Key=self._key(MANIFEST),
                Body=text.encode(),
                ContentType="application/json",
            )

    def _key(self, path: str) -> str:
        return f"{dataset_key(self.name)}/{path}"


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Say what S3 refused, about which file."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- as above

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise OSError(f"{name}: {error}") from error
