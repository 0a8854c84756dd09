"""Input channels: the supported kinds, and the download of a channel's objects."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from local_aws.sagemaker.core import s3_objects
from local_aws.sagemaker.core.api_call import JsonObject
from local_aws.sagemaker.core.errors import invalid
from local_aws.sagemaker.core.s3_objects import S3Location

PIPE = "Pipe"
# FastFile's files are complete from the start here; a program sees no difference.
INPUT_MODES = ("File", "FastFile", PIPE)


def check_channels(channels: list[JsonObject], default_mode: str) -> None:
    """Refuse the kinds of input that the local AWS doesn't support.

    Raises
    ------
    ServiceError
        One sentence that names the channel and what is supported.
    """
    for channel in channels:
        refusal = next(_unsupported(channel, default_mode), None)
        if refusal:
            raise invalid(f"The channel {channel['ChannelName']} {refusal} by the local AWS.")
    names = [channel["ChannelName"] for channel in channels]
    if len(set(names)) != len(names):
        raise invalid("Each ChannelName must be unique; two channels have the same name.")


def _unsupported(channel: JsonObject, default_mode: str) -> Iterator[str]:
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        yield "has no S3DataSource; only that source is supported"
        return
    if source["S3DataType"] != "S3Prefix":
        yield f"has S3DataType {source['S3DataType']}; only S3Prefix is supported"
    mode = channel.get("InputMode", default_mode)
    if mode not in INPUT_MODES:
        yield f"has input mode {mode}; only {', '.join(INPUT_MODES)} are supported"
    if channel.get("CompressionType", "None") != "None":
        yield "is compressed; only CompressionType None is supported"
    if channel.get("RecordWrapperType", "None") != "None":
        yield "has a RecordWrapperType; only None is supported"


def input_mode(channel: JsonObject, job: Mapping[str, Any]) -> str:
    """Return the input mode of a channel: its own, or the job's."""
    job_mode = job.get("AlgorithmSpecification", {}).get("TrainingInputMode", "File")
    return str(channel.get("InputMode", job_mode))


def distribution(channel: JsonObject) -> str:
    """Return the objects of each host: FullyReplicated, all of them, or ShardedByS3Key, a share."""
    source = channel.get("DataSource", {}).get("S3DataSource", {})
    return str(source.get("S3DataDistributionType", "FullyReplicated"))


def is_sharded(channel: JsonObject) -> bool:
    """Return whether each host receives different objects of the channel."""
    return distribution(channel) == "ShardedByS3Key"


def channel_location(channel: JsonObject) -> S3Location:
    """Return the prefix of a channel's objects."""
    uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
    return s3_objects.parse_uri(uri, f"S3Uri of {channel['ChannelName']}")


def download_channel(s3: Any, channel: JsonObject, objects: list[S3Location], folder: Path) -> None:
    """Copy objects of a channel into its folder.

    Raises
    ------
    ValueError
        A key would lead out of the folder.
    botocore.exceptions.ClientError
        An object may not be read.
    """
    prefix = channel_location(channel)
    folder.mkdir(parents=True, exist_ok=True)
    for location in objects:
        path = (folder / s3_objects.relative_path(location.key, prefix.key)).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ValueError(f"The key {location.key} of {prefix.uri} leads out of the channel's folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        s3_objects.download(s3, location, path)
