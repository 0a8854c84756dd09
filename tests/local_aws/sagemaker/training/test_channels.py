from pathlib import Path
from typing import Any

import pytest

from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.training import channels
from local_aws.sagemaker.training.channels import (
    S3Location,
    check_channels,
    download,
    input_mode,
    objects_of,
    relative_path,
    s3_location,
)


def channel(name: str = "train", **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/train"}
    source.update(changes.pop("source", {}))
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **changes}


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
def test_objects_lie_where_the_prefix_ends(key: str, prefix: str, path: str) -> None:
    assert relative_path(key, prefix) == path


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": {"S3DataType": "ManifestFile"}}, "ManifestFile; only S3Prefix"),
        ({"InputMode": "Tape"}, "input mode Tape; only File, FastFile, Pipe"),
        ({"CompressionType": "Gzip"}, "is compressed"),
        ({"RecordWrapperType": "RecordIO"}, "wrapped records"),
        ({"DataSource": {"FileSystemDataSource": {}}}, "has no S3DataSource"),
    ],
)
def test_other_kinds_of_input_are_refused_by_channel(changes: dict[str, Any], sentence: str) -> None:
    check_channels([channel()], "File")
    with pytest.raises(ServiceError, match=rf"The channel test .*{sentence}"):
        check_channels([channel(), channel("test", **changes)], "File")


def test_the_job_s_mode_counts_where_the_channel_has_none() -> None:
    with pytest.raises(ServiceError, match="input mode Tape"):
        check_channels([channel()], "Tape")
    check_channels([channel(InputMode="File")], "Tape")
    job = {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}}
    assert [input_mode(found, job) for found in (channel(), channel(InputMode="File"))] == ["Pipe", "File"]


def test_two_channels_cannot_share_a_name() -> None:
    with pytest.raises(ServiceError, match="Two channels share a name"):
        check_channels([channel(), channel()], "File")


@pytest.mark.parametrize("uri", ["https://s3.amazonaws.com/b/k", "b/k", "s3:///k"])
def test_only_s3_uris_are_locations(uri: str) -> None:
    with pytest.raises(ServiceError, match=r"S3OutputPath is .*write it as s3://"):
        s3_location(uri, "S3OutputPath")


class Listed:
    """A client of S3 that lists the given keys, and holds nothing."""

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": key} for key in self.keys]}]


def test_a_key_cannot_lead_out_of_the_channel_s_folder(tmp_path: Path) -> None:
    objects = [S3Location("bucket", "data/train/../../../out")]
    with pytest.raises(ValueError, match="leads out of the channel"):
        download(None, channel(), objects, tmp_path / "train")
    assert not list(tmp_path.rglob("out"))


def test_more_objects_than_a_channel_takes_are_refused_instead_of_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channels, "MAX_OBJECTS", 2)
    with pytest.raises(ValueError, match="s3://bucket/data/train holds more than 2 objects"):
        objects_of(Listed("data/train/1", "data/train/2", "data/train/3"), S3Location("bucket", "data/train"))
