"""The channels of a training job, as inputdataconfig.json describes them."""

from dataclasses import dataclass
from typing import Any

from container.contract.content_types import CSV, RECORDIO, parse_content_type
from container.contract.errors import ClientError

CHANNELS = ("train", "test")
# FastFile looks like File to a container: the files are there, and their bytes come when they are read.
FILE_MODES = ("File", "FastFile")
PIPE = "Pipe"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel.

    Attributes
    ----------
    name
        "train" or "test".
    content_type
        RECORDIO or CSV.
    piped
        Whether its documents come through a FIFO instead of lying in files.
    sharded
        Whether SageMaker has given other objects to each host; if not, each has them all.
    """

    name: str
    content_type: str = RECORDIO
    piped: bool = False
    sharded: bool = False


def parse_channels(config: dict[str, Any]) -> list[Channel]:
    """Return the channels of inputdataconfig.json, before anything is read.

    Raises
    ------
    ClientError
        The train channel is missing, a channel is unknown, or it can't be read as it is described.
    """
    if "train" not in config:
        raise ClientError("The channel 'train' is missing; LDA needs it.")
    for name in config:
        if name not in CHANNELS:
            raise ClientError(f"Unknown channel {name!r}; LDA reads 'train' and, if there is one, 'test'.")
    return [_channel(name, channel) for name, channel in config.items()]


def _channel(name: str, given: Any) -> Channel:
    if not isinstance(given, dict):
        raise ClientError(f"inputdataconfig.json has {given!r} for the channel {name!r}, not an object.")
    mode = given.get("TrainingInputMode") or "File"
    if mode not in {*FILE_MODES, PIPE}:
        raise ClientError(
            f"The channel {name!r} has the input mode {mode!r}; LDA reads {', '.join(FILE_MODES)} and {PIPE}."
        )
    if (given.get("RecordWrapperType") or "None") != "None":
        raise ClientError(
            f"The channel {name!r} has the RecordWrapperType {given['RecordWrapperType']!r}, which wraps "
            "whole files; LDA's records are documents: leave it out."
        )
    content_type = _content_type(given)
    if mode == PIPE and content_type == CSV:
        raise ClientError(
            f"The channel {name!r} is {CSV} in Pipe mode; LDA reads {CSV} in File mode only. Use File, or "
            f"write the documents as {RECORDIO}."
        )
    sharded = given.get("S3DistributionType") == "ShardedByS3Key"
    return Channel(name=name, content_type=content_type, piped=mode == PIPE, sharded=sharded)


def _content_type(channel: dict[str, Any]) -> str:
    """Return the content type; none given means recordio, as for the built-in algorithm."""
    given = str(channel.get("ContentType") or RECORDIO)
    try:
        content_type = parse_content_type(given)
    except ValueError as error:
        raise ClientError(str(error)) from error
    if content_type not in {RECORDIO, CSV}:
        raise ClientError(f"The content type {given!r} is unknown; LDA trains on {RECORDIO} or {CSV}.")
    return content_type
