import gzip
import io
import sys
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from client.errors import error_message
from data_prep.text.errors import SourceError
from data_prep.text.sources import SourceOptions, read_documents


class Body:
    """The stream of an object, which is never read as a whole."""

    def __init__(self, content: bytes, failure: Exception | None) -> None:
        self.file = io.BytesIO(content)
        self.failure = failure
        self.largest = 0

    def read(self, size: int) -> bytes:
        if self.failure and self.file.tell():
            raise self.failure
        self.largest = max(self.largest, size)
        return self.file.read(size)

    def close(self) -> None:
        self.file.close()


class Bucket:
    """The calls of S3 that reading makes."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.failure: Exception | None = None
        self.bodies: list[Body] = []

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 -- boto3's names
        if Bucket != "data":
            raise ClientError({"Error": {"Code": "NoSuchBucket", "Message": "no bucket"}}, "ListObjectsV2")
        for key in self.objects:
            yield {"Contents": [{"Key": key}]} if key.startswith(Prefix) else {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert Bucket == "data"
        self.bodies.append(Body(self.objects[Key], self.failure))
        return {"Body": self.bodies[-1]}


@pytest.fixture
def bucket() -> Bucket:
    pl.DataFrame({"id": ["a"], "text": ["words of parquet"]}).write_parquet(table := io.BytesIO())
    return Bucket(
        {
            "news/": b"",
            "news/_SUCCESS": b"",
            "news/2.txt": b"second",
            "news/1.txt": b"first",
            "news/sub/3.txt.gz": gzip.compress(b"third"),
            "newsletter.txt": b"one\ntwo\n",
            "tables/a.csv": b"id,text\n1,words of a\n",
            "tables/b.csv": b"id,text\n1,words of b\n",
            "tables/c.parquet": table.getvalue(),
        }
    )


def read(bucket: Any, source: str, **options: Any) -> list[tuple[str, str]]:
    frames = read_documents(source, options=SourceOptions(**options), s3=bucket)
    return [(row[0], row[1]) for frame in frames for row in frame.rows()]


def test_a_prefix_has_one_document_per_object(bucket: Any) -> None:
    expected = [("1.txt", "first"), ("2.txt", "second"), ("sub/3.txt.gz", "third")]
    assert read(bucket, "s3://data/news/") == expected


def test_a_prefix_need_not_end_with_a_slash_as_in_comprehend(bucket: Any) -> None:
    ids = [identifier for identifier, _ in read(bucket, "s3://data/news")]
    assert ids == ["news/1.txt", "news/2.txt", "news/sub/3.txt.gz", "newsletter.txt"]


def test_an_object_is_read_as_a_file(bucket: Any) -> None:
    assert read(bucket, "s3://data/newsletter.txt") == [
        ("newsletter.txt:0", "one"),
        ("newsletter.txt:1", "two"),
    ]
    assert read(bucket, "s3://data/tables/c.parquet") == [("0", "words of parquet")]
    assert read(bucket, "s3://data/tables/*.csv", column="text") == [
        ("a.csv:0", "words of a"),
        ("b.csv:0", "words of b"),
    ]


def test_an_object_is_streamed(bucket: Any) -> None:
    bucket.objects["big.txt"] = b"some words\n" * 200_000
    assert len(read(bucket, "s3://data/big.txt", frame_bytes=10_000)) == 200_000
    assert len(bucket.bodies) == 1
    assert bucket.bodies[0].largest < 1 << 19


def test_what_is_not_there_is_an_error(bucket: Any) -> None:
    with pytest.raises(SourceError, match="s3://data/nothing: there are no files"):
        read(bucket, "s3://data/nothing")
    with pytest.raises(SourceError, match="the bucket is missing"):
        read(bucket, "s3://")
    with pytest.raises(OSError, match=r"s3://other/news: .*no bucket"):
        read(bucket, "s3://other/news")


def test_a_broken_connection_is_an_error_that_names_the_object(bucket: Any) -> None:
    bucket.objects["big.txt"] = b"some words\n" * 200_000
    bucket.failure = ReadTimeoutError(endpoint_url="https://s3")
    with pytest.raises(OSError, match=r"s3://data/big\.txt: Read timeout"):
        read(bucket, "s3://data/big.txt")


def test_a_missing_boto3_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(ModuleNotFoundError) as error:
        read_documents("s3://data/news")
    assert "pip install '.[aws]'" in error_message(error.value)
