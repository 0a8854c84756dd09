import io
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from data_prep.dataset.adoption import adopt
from data_prep.dataset.manifest import Checksum, Manifest

WORDS = 9


def csv(counts: Any) -> bytes:
    return "".join(",".join(str(int(value)) for value in row) + "\n" for row in counts).encode()


class Bucket:
    """The calls of S3 that adoption makes."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.written: list[str] = []
        self.failure: Exception | None = None
        self.grown = b""

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 -- boto3's names
        assert Bucket == "data"
        for key, content in self.objects.items():
            found = [{"Key": key, "Size": len(content), "ETag": f'"{key}"'}]
            yield {"Contents": found} if key.startswith(Prefix) else {}

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert (Bucket, IfMatch) == ("data", f'"{Key}"')
        if self.failure:
            raise self.failure
        return {"Body": io.BytesIO(self.objects[Key] + self.grown)}

    def head_object(self, *, Bucket: str, Key: str, IfMatch: str, ChecksumMode: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert (Bucket, IfMatch, ChecksumMode) == ("data", f'"{Key}"', "ENABLED")
        return {"ChecksumCRC32": "AA==", "ChecksumType": "COMPOSITE"} if "train" in Key else {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803 -- boto3's names
        assert (Bucket, ContentType) == ("data", "application/json")
        self.objects[Key] = Body
        self.written.append(Key)


@pytest.fixture
def s3(corpus: Any) -> Any:
    files = {"train/": b"", "train/a.csv": csv(corpus), "test/a.csv": csv(corpus)}
    return Bucket({f"datasets/mine/{name}": content for name, content in files.items()})


def test_a_prefix_becomes_a_dataset_with_the_checksums_that_s3_keeps(s3: Any) -> None:
    manifest = adopt("s3://data/datasets/mine/", s3=s3)
    assert s3.written == ["datasets/mine/manifest.json"]
    assert Manifest.from_json(s3.objects["datasets/mine/manifest.json"].decode(), "s3") == manifest
    assert manifest.train.shards[0].s3_checksum == Checksum("CRC32", "COMPOSITE", "AA==")
    assert manifest.test.shards[0].s3_checksum is None
    assert manifest.source == "Adopted from s3://data/datasets/mine."


@pytest.mark.parametrize("location", ["s3://data", "s3://data/mine", "s3://data/datasets", "s3://data/a/b/c"])
def test_a_prefix_outside_datasets_is_refused(s3: Any, location: str) -> None:
    with pytest.raises(ValueError, match="a dataset must be at s3://<bucket>/datasets/<name>"):
        adopt(location, s3=s3)


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "PreconditionFailed", "Message": "changed"}}, "GetObject"),
        ReadTimeoutError(endpoint_url="https://s3"),
    ],
)
def test_an_s3_error_names_the_object_and_no_manifest_is_written(s3: Any, failure: Exception) -> None:
    s3.failure = failure
    with pytest.raises(OSError, match=r"s3://data/datasets/mine/test/a\.csv: "):
        adopt("s3://data/datasets/mine", s3=s3)
    assert s3.written == []


def test_a_file_that_grows_while_it_is_read_is_refused(s3: Any) -> None:
    s3.grown = b"1,2,3,4,5,6,7,8,9\n"
    with pytest.raises(ValueError, match=r"test/a\.csv had \d+ bytes and then \d+: it was modified"):
        adopt("s3://data/datasets/mine", s3=s3)
    assert s3.written == []


def test_an_invalid_file_in_a_bucket_is_named_by_its_uri(s3: Any) -> None:
    s3.objects["datasets/mine/test/b.csv"] = b"a,b\n"
    with pytest.raises(ValueError, match=r"^s3://data/datasets/mine/test/b\.csv, line 1, column 0: 'a'"):
        adopt("s3://data/datasets/mine", s3=s3)
    assert s3.written == []
