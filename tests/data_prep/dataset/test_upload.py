from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from data_prep import dataset
from data_prep.dataset.manifest import Checksum, Manifest
from data_prep.dataset.upload import upload
from data_prep.errors import UploadError


class Bucket:
    """The calls of S3 that an upload makes; `log` records the writing ones in order."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.log: list[tuple[str, str]] = []
        self.refused: set[tuple[str, str]] = set()
        self.checksum: dict[str, str] = {"ChecksumCRC32": "AAAAAA==", "ChecksumType": "FULL_OBJECT"}

    def _do(self, verb: str, key: str) -> None:
        if (verb, key) in self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, verb)
        self.log.append((verb, key))

    def upload_file(self, name: str, bucket: str, key: str, Callback: Callable[[int], None]) -> None:  # noqa: N803 -- boto3's name
        assert bucket == "data"
        Callback(Path(name).stat().st_size)
        try:
            self._do("put", key)
        except ClientError as error:
            raise S3UploadFailedError(f"Failed to upload {name}: {error}") from error
        self.objects[key] = Path(name).read_bytes()

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803 -- boto3's names
        assert (Bucket, ContentType) == ("data", "application/json")
        self._do("put", Key)
        self.objects[Key] = Body

    def head_object(self, *, Bucket: str, Key: str, ChecksumMode: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert (Bucket, ChecksumMode) == ("data", "ENABLED")
        return {"ContentLength": len(self.objects[Key]), **self.checksum}

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 -- boto3's names
        assert Bucket == "data"
        for key in sorted(self.objects):
            yield {"Contents": [{"Key": key}]} if key.startswith(Prefix) else {}

    def delete_objects(self, *, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert Bucket == "data"
        assert len(Delete["Objects"]) <= 1000
        errors = []
        for item in Delete["Objects"]:
            if ("delete", item["Key"]) in self.refused:
                errors.append({"Key": item["Key"], "Code": "AccessDenied", "Message": "not you"})
            else:
                self.log.append(("delete", item["Key"]))
                del self.objects[item["Key"]]
        return {"Errors": errors}


@pytest.fixture
def s3() -> Any:
    return Bucket()


@pytest.fixture
def folder(tmp_path: Path, corpus: Any) -> Path:
    write(tmp_path, corpus)
    return tmp_path


def write(folder: Path, corpus: Any, **options: Any) -> Manifest:
    return dataset.write(folder, "bars", corpus[:15], corpus[15:], source="Made up.", **options)


MANIFEST = "datasets/bars/manifest.json"


def test_the_manifest_is_written_last_and_holds_the_checksums_of_s3(folder: Path, s3: Any) -> None:
    uploaded = upload(folder, "bars", "data", s3=s3)
    assert [key for _, key in s3.log] == [
        "datasets/bars/train/part-00000.pbr",
        "datasets/bars/test/part-00000.pbr",
        MANIFEST,
    ]
    assert Manifest.from_json(s3.objects[MANIFEST].decode(), "s3") == uploaded
    assert uploaded.train.shards[0].s3_checksum == Checksum("CRC32", "FULL_OBJECT", "AAAAAA==")


def test_progress_ends_with_all_megabytes(folder: Path, s3: Any) -> None:
    shown: list[tuple[float, float]] = []
    upload(folder, "bars", "data", s3=s3, progress=lambda done, total: shown.append((done, total)))
    assert len(shown) == 2
    assert shown[-1][0] == shown[-1][1] > 0


def test_a_multipart_checksum_keeps_its_type(folder: Path, s3: Any) -> None:
    s3.checksum = {"ChecksumSHA256": "abc=-3", "ChecksumType": "COMPOSITE"}
    shard = upload(folder, "bars", "data", s3=s3).test.shards[0]
    assert shard.s3_checksum == Checksum("SHA256", "COMPOSITE", "abc=-3")


def test_without_a_checksum_the_manifest_holds_null(folder: Path, s3: Any) -> None:
    s3.checksum = {}
    assert upload(folder, "bars", "data", s3=s3).test.shards[0].s3_checksum is None
    assert b'"s3_checksum": null' in s3.objects[MANIFEST]


def test_leftover_objects_are_deleted_before_the_manifest_changes(folder: Path, s3: Any, corpus: Any) -> None:
    write(folder, corpus, shard_bytes=100, vocabulary=list("abcdefghi"))
    upload(folder, "bars", "data", s3=s3)
    s3.objects["datasets/bars/notes.txt"] = s3.objects["datasets/bars-2/train/part-00007.pbr"] = b"kept"
    assert "datasets/bars/train/part-00003.pbr" in s3.objects
    write(folder, corpus)
    s3.log.clear()
    upload(folder, "bars", "data", s3=s3)
    assert sorted(s3.objects) == [
        "datasets/bars-2/train/part-00007.pbr",
        MANIFEST,
        "datasets/bars/notes.txt",
        "datasets/bars/test/part-00000.pbr",
        "datasets/bars/train/part-00000.pbr",
    ]
    verbs = [verb for verb, _ in s3.log]
    assert verbs == ["put", "put", *["delete"] * (len(verbs) - 3), "put"]
    assert ("delete", "datasets/bars/vocabulary.txt") in s3.log


@pytest.mark.parametrize(
    "refused",
    [
        ("put", "datasets/bars/test/part-00000.pbr"),
        ("delete", "datasets/bars/train/part-00003.pbr"),
        ("put", MANIFEST),
    ],
)
def test_an_s3_error_is_an_upload_error_and_retains_the_former_manifest(
    folder: Path, s3: Any, corpus: Any, refused: tuple[str, str]
) -> None:
    write(folder, corpus, shard_bytes=100)
    upload(folder, "bars", "data", s3=s3)
    former = s3.objects[MANIFEST]
    write(folder, corpus * 2)
    s3.refused.add(refused)
    with pytest.raises(UploadError, match="not you"):
        upload(folder, "bars", "data", s3=s3)
    assert s3.objects[MANIFEST] == former


def test_an_object_of_another_size_after_the_upload_is_an_error(folder: Path, s3: Any) -> None:
    s3.checksum = {"ContentLength": 1}
    with pytest.raises(UploadError, match="has 1 bytes in bucket 'data' instead of"):
        upload(folder, "bars", "data", s3=s3)
    assert MANIFEST not in s3.objects


def test_a_changed_local_file_is_not_uploaded(folder: Path, s3: Any) -> None:
    (folder / "datasets/bars/train/part-00000.pbr").write_bytes(b"other")
    with pytest.raises(ValueError, match="has changed since"):
        upload(folder, "bars", "data", s3=s3)
    assert s3.log == []
