from pathlib import Path
from typing import Any

import pytest

from local_aws.sagemaker.core.errors import ServiceError
from local_aws.sagemaker.core.s3_objects import S3Location
from local_aws.sagemaker.training.channels import check_channels, download_channel, input_mode


def channel(name: str = "train", **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/train"}
    source.update(changes.pop("source", {}))
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **changes}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": {"S3DataType": "ManifestFile"}}, "ManifestFile; only S3Prefix"),
        ({"InputMode": "Tape"}, "input mode Tape; only File, FastFile, Pipe"),
        ({"CompressionType": "Gzip"}, "is compressed"),
        ({"RecordWrapperType": "RecordIO"}, "has a RecordWrapperType"),
        ({"DataSource": {"FileSystemDataSource": {}}}, "has no S3DataSource"),
    ],
)
def test_unsupported_inputs_are_refused_with_the_channel(changes: dict[str, Any], sentence: str) -> None:
    check_channels([channel()], "File")
    with pytest.raises(ServiceError, match=rf"The channel test .*{sentence}"):
        check_channels([channel(), channel("test", **changes)], "File")


def test_the_input_mode_of_the_job_is_the_default_of_its_channels() -> None:
    with pytest.raises(ServiceError, match="input mode Tape"):
        check_channels([channel()], "Tape")
    check_channels([channel(InputMode="File")], "Tape")
    job = {"AlgorithmSpecification": {"TrainingInputMode": "Pipe"}}
    assert [input_mode(other, job) for other in (channel(), channel(InputMode="File"))] == ["Pipe", "File"]


def test_two_channels_cannot_share_a_name() -> None:
    with pytest.raises(ServiceError, match="Each ChannelName must be unique"):
        check_channels([channel(), channel()], "File")


def test_a_key_that_leads_out_of_the_channel_folder_is_refused(tmp_path: Path) -> None:
    objects = [S3Location("bucket", "data/train/../../../out")]
    with pytest.raises(ValueError, match="leads out of the channel"):
        download_channel(None, channel(), objects, tmp_path / "train")
    assert not list(tmp_path.rglob("out"))
