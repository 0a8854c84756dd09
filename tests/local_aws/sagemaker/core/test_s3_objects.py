from typing import Any

import pytest

from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.s3_objects import S3Location, list_objects, parse_uri, relative_path


@pytest.mark.parametrize(
    ("key", "prefix", "path"),
    [
        ("data/train/part-0.csv", "data/train", "part-0.csv"),
        ("data/train/part-0.csv", "data/train/", "part-0.csv"),
        ("data/train/a/b.csv", "data/train", "a/b.csv"),
        ("data/train/part-0.csv", "data/train/part-0.csv", "part-0.csv"),
        ("data/train/part-0.csv", "data/train/part", "part-0.csv"),
        ("data/training/x.csv", "data/train", "training/x.csv"),
        ("x.csv", "", "x.csv"),
    ],
)
def test_the_relative_path_begins_after_the_prefix(key: str, prefix: str, path: str) -> None:
    assert relative_path(key, prefix) == path


@pytest.mark.parametrize("uri", ["https://s3.amazonaws.com/b/k", "b/k", "s3:///k"])
def test_only_s3_uris_are_accepted(uri: str) -> None:
    with pytest.raises(ServiceError, match=r"S3OutputPath is .*write it as s3://"):
        parse_uri(uri, "S3OutputPath")


class FakeS3:
    """A client of S3 that lists the given keys."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key} for key in self.keys]}]


def test_too_many_objects_are_refused_and_not_truncated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(s3_objects, "MAX_OBJECTS", 2)
    s3 = FakeS3("data/train/1", "data/train/2", "data/train/3")
    with pytest.raises(ValueError, match="s3://bucket/data/train contains more than 2 objects"):
        list_objects(s3, S3Location("bucket", "data/train"))
