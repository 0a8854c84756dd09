"""Input channels: which are served, what S3 holds for them, and its way onto the disk."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local_aws.identity import RoleRefusedError
from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.core.errors import invalid
from local_aws.sagemaker.core.service import Service

MAX_OBJECTS = 100_000
PIPE = "Pipe"
# FastFile's files are there from the start here; a program can't tell.
INPUT_MODES = ("File", "FastFile", PIPE)


class S3Location(NamedTuple):
    """A bucket and a key or prefix in it."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The location as ``s3://bucket/key``."""
        return f"s3://{self.bucket}/{self.key}"


def s3_location(uri: str, what: str) -> S3Location:
    """Read an S3 URI.

    Raises
    ------
    ServiceError
        It isn't of the form ``s3://bucket/key``; ``what`` says in the message where it stands.
    """
    found = re.fullmatch(r"s3://([^/]+)/?(.*)", uri, re.DOTALL)
    if not found:
        raise invalid(f"{what} is {uri!r}; write it as s3://bucket/prefix (other forms aren't served here).")
    return S3Location(found[1], found[2])


def check_channels(channels: list[Record], default_mode: str) -> None:
    """Refuse the kinds of input that this SageMaker doesn't reproduce.

    Raises
    ------
    ServiceError
        One sentence that names the channel and what is served instead.
    """
    for channel in channels:
        refused = next(_unsupported(channel, default_mode), None)
        if refused:
            raise invalid(f"The channel {channel['ChannelName']} {refused} on this machine.")
    names = [channel["ChannelName"] for channel in channels]
    if len(set(names)) != len(names):
        raise invalid("Two channels share a name; each ChannelName must be unique.")


def _unsupported(channel: Record, default_mode: str) -> Iterator[str]:
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        yield "has no S3DataSource, the only source there is"
        return
    if source["S3DataType"] != "S3Prefix":
        yield f"has S3DataType {source['S3DataType']}; only S3Prefix is served"
    mode = channel.get("InputMode", default_mode)
    if mode not in INPUT_MODES:
        yield f"has input mode {mode}; only {', '.join(INPUT_MODES)} are served"
    if channel.get("CompressionType", "None") != "None":
        yield "is compressed; only CompressionType None is served"
    if channel.get("RecordWrapperType", "None") != "None":
        yield "asks for wrapped records; only RecordWrapperType None is served"


def input_mode(channel: Record, job: Record) -> str:
    """Return how a channel's data come to the program: the channel's own mode, or the job's."""
    jobs_own = job.get("AlgorithmSpecification", {}).get("TrainingInputMode", "File")
    return str(channel.get("InputMode", jobs_own))


def distribution(channel: Record) -> str:
    """Return which objects each host gets: FullyReplicated, all of them, or ShardedByS3Key, a share."""
    source = channel.get("DataSource", {}).get("S3DataSource", {})
    return str(source.get("S3DataDistributionType", "FullyReplicated"))


def is_sharded(channel: Record) -> bool:
    """Whether each host gets other objects of the channel."""
    return distribution(channel) == "ShardedByS3Key"


def location_of(channel: Record) -> S3Location:
    """Return where a channel's objects lie."""
    return s3_location(channel["DataSource"]["S3DataSource"]["S3Uri"], f"S3Uri of {channel['ChannelName']}")


def keys_of(s3: Any, location: S3Location, limit: int) -> list[str]:
    """List the first objects under a prefix, folders' placeholders aside.

    Raises
    ------
    botocore.exceptions.ClientError
        The bucket isn't there or may not be listed.
    """
    keys: list[str] = []
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=location.bucket, Prefix=location.key)
    for page in pages:
        keys += [item["Key"] for item in page.get("Contents", []) if not item["Key"].endswith("/")]
        if len(keys) >= limit:
            break
    return keys[:limit]


def data_client(service: Service, role_arn: str) -> Any:
    """Return S3 as an execution role sees it.

    Raises
    ------
    ServiceError
        The role isn't there, or SageMaker may not assume it.
    """
    try:
        return service.role(role_arn).client("s3")
    except RoleRefusedError as error:
        raise invalid(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'sagemaker.amazonaws.com' to assume the role. {error}"
        ) from error


def require_objects(s3: Any, location: S3Location, role_arn: str, region: str) -> None:
    """Look for a channel's objects when the job is created, as SageMaker does.

    Raises
    ------
    ServiceError
        In SageMaker's wording: there are none, or the role may not list the bucket.
    """
    why = ""
    try:
        if keys_of(s3, location, limit=1):
            return
    except ClientError as error:
        why = f" ({error.response['Error']['Message']})"
    raise invalid(
        f'No S3 objects found under S3 URL "{location.uri}" given in input data source. Please ensure '
        f"that the bucket exists in the selected region ({region}), that objects exist under that S3 prefix, "
        f'and that the role "{role_arn}" has "s3:ListBucket" permissions on bucket "{location.bucket}".{why}'
    )


def relative_path(key: str, prefix: str) -> str:
    """Return where an object lies in its channel's folder.

    The part of the key after the prefix, read as a folder; an object that the prefix names itself, or that
    merely starts with it, keeps what stands after the prefix's last slash.
    """
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if key.startswith(folder):
        return key[len(folder) :]
    return key[prefix.rfind("/") + 1 :]


def objects_of(s3: Any, location: S3Location) -> list[S3Location]:
    """List all objects under a prefix, in the order of their keys.

    Raises
    ------
    ValueError
        There are more than a job takes here.
    botocore.exceptions.ClientError
        The bucket isn't there or may not be listed.
    """
    keys = keys_of(s3, location, MAX_OBJECTS + 1)
    if len(keys) > MAX_OBJECTS:
        raise ValueError(f"{location.uri} holds more than {MAX_OBJECTS} objects: put them into fewer files.")
    return [S3Location(location.bucket, key) for key in sorted(keys)]


def download(s3: Any, channel: Record, objects: list[S3Location], folder: Path) -> None:
    """Copy objects of a channel into its folder.

    Raises
    ------
    ValueError
        A key would lead out of the folder.
    botocore.exceptions.ClientError
        An object may not be read.
    """
    location = location_of(channel)
    folder.mkdir(parents=True, exist_ok=True)
    for found in objects:
        path = (folder / relative_path(found.key, location.key)).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ValueError(f"The key {found.key} of {location.uri} leads out of the channel's folder.")
        path.parent.mkdir(parents=True, exist_ok=True)
        fetch(s3, found, path)


def fetch(s3: Any, location: S3Location, path: Path) -> None:
    """Copy one object into a file.

    Raises
    ------
    botocore.exceptions.ClientError
        The object isn't there or may not be read.
    """
    # download_file would begin with HeadObject, whose refusals carry no message.
    with s3.get_object(Bucket=location.bucket, Key=location.key)["Body"] as body, path.open("wb") as file:
        shutil.copyfileobj(body, file)
