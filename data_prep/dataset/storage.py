"""The storage of a dataset's files: a local folder, or a prefix in a bucket. Only a manifest is written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from data_prep.aws_session import s3_client, s3_errors
from data_prep.dataset.manifest import MANIFEST, Checksum, checksum_in, dataset_key
from data_prep.inputs.corpus import S3
from data_prep.recordio.writer import replace_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class StoredFile:
    """One file: its path below the dataset, its size, and its ETag if it is an object in S3."""

    path: str
    size: int
    etag: str = ""


class Storage(Protocol):
    """The operations of adoption on a folder or a prefix in a bucket."""

    @property
    def name(self) -> str:
        """The dataset's name."""

    def files(self) -> list[StoredFile]:
        """List the dataset's files, sorted by their paths."""

    def location(self, path: str) -> str:
        """Return a file's full path or URI, for a message."""

    def open(self, file: StoredFile) -> Any:
        """Open a file for reading, as a context."""

    def checksum(self, file: StoredFile, /) -> Checksum | None:
        """Return the checksum that S3 stores of a file, or None."""

    def write_manifest(self, text: str) -> None:
        """Write the manifest next to the files."""


def open_storage(location: str | os.PathLike[str], s3: "S3Client | None" = None) -> Storage:
    """Return the storage of a dataset.

    Raises
    ------
    ValueError
        If it isn't `s3://<bucket>/datasets/<name>`, or a folder `.../datasets/<name>`.
    """
    if not str(location).startswith(S3):
        return _open_folder(Path(location))
    bucket, _, key = str(location).removeprefix(S3).rstrip("/").partition("/")
    folder, _, name = key.rpartition("/")
    if not bucket or folder != "datasets":
        raise ValueError(f"{location}: in a bucket, a dataset must be at s3://<bucket>/datasets/<name>.")
    if s3 is None:
        s3 = s3_client()
    dataset_key(name)
    return _BucketStorage(name, bucket, s3)


def _open_folder(path: Path) -> "_FolderStorage":
    folder = path.resolve()
    if not path.is_dir():
        raise FileNotFoundError(2, os.strerror(2), str(path))
    if folder.parent.name != "datasets":
        raise ValueError(
            f"{path}: a dataset must be in a folder .../datasets/<name>, as in the bucket. Move it there."
        )
    dataset_key(folder.name)
    return _FolderStorage(folder.name, folder, path)


@dataclass(frozen=True)
class _FolderStorage:
    name: str
    folder: Path
    display_path: Path  # as the user wrote it, for messages

    def files(self) -> list[StoredFile]:
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        files = (StoredFile(path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in paths)
        return sorted(files, key=lambda file: file.path)

    def location(self, path: str) -> str:
        return str(self.display_path / path)

    def open(self, file: StoredFile) -> BinaryIO:
        return (self.folder / file.path).open("rb")

    def checksum(self, _file: StoredFile, /) -> None:
        return None  # S3 computes it when the file is uploaded.

    def write_manifest(self, text: str) -> None:
        with replace_file(self.folder / MANIFEST) as file:
            file.write(text.encode())


@dataclass(frozen=True)
class _BucketStorage:
    name: str
    bucket: str
    s3: "S3Client"

    def files(self) -> list[StoredFile]:
        prefix = f"{dataset_key(self.name)}/"
        with s3_errors(self.location("")):
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
            files = [
                StoredFile(item["Key"].removeprefix(prefix), item["Size"], item["ETag"])
                for page in pages
                for item in page.get("Contents", [])
                # The console writes such an object for "Create folder".
                if not item["Key"].endswith("/")
            ]
        return sorted(files, key=lambda file: file.path)

    def location(self, path: str) -> str:
        return f"{S3}{self.bucket}/{self._key(path)}"

    @contextmanager
    def open(self, file: StoredFile) -> Iterator[Any]:
        with s3_errors(self.location(file.path)):
            # IfMatch: S3 refuses to send other content than was listed.
            response = self.s3.get_object(Bucket=self.bucket, Key=self._key(file.path), IfMatch=file.etag)
            body = response["Body"]
            try:
                yield body
            finally:
                body.close()

    def checksum(self, file: StoredFile, /) -> Checksum | None:
        with s3_errors(self.location(file.path)):
            response = self.s3.head_object(
                Bucket=self.bucket, Key=self._key(file.path), IfMatch=file.etag, ChecksumMode="ENABLED"
            )
        return checksum_in(response)

    def write_manifest(self, text: str) -> None:
        with s3_errors(self.location(MANIFEST)):
            self.s3.put_object(
                Bucket=self.bucket,
                Key=self._key(MANIFEST),
                Body=text.encode(),
                ContentType="application/json",
            )

    def _key(self, path: str) -> str:
        return f"{dataset_key(self.name)}/{path}"
