"""The channels of a training job, as inputdataconfig.json describes them."""

from dataclasses import dataclass
from typing import Any

from container.contract.content_types import CSV, RECORDIO, parse_content_type
from container.contract.errors import ClientError
from container.contract.text_files import PREPARATION, VOCABULARY

CHANNELS = ("train", "test")
# Optional channels of one file each, which goes into the model's archive -> the name of that file.
TEXT_CHANNELS = {"vocabulary": VOCABULARY, "preparation": PREPARATION}
# FastFile is like File to a container: the files exist, and their content is streamed when they are read.
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
        Whether its documents come through a FIFO instead of files.
    sharded
        Whether each host has its own objects (ShardedByS3Key); otherwise each has all of them.
    """

    name: str
    content_type: str = RECORDIO
    piped: bool = False
    sharded: bool = False


def parse_channels(config: dict[str, Any]) -> list[Channel]:
    """Return the channels of documents in inputdataconfig.json.

    Raises
    ------
    ClientError
        The train channel is missing, a channel is unknown, or its settings are not supported.
    """
    if "train" not in config:
        raise ClientError("The channel 'train' is missing; LDA needs it.")
    for name in config:
        if name not in {*CHANNELS, *TEXT_CHANNELS}:
            raise ClientError(
                f"Unknown channel {name!r}; LDA reads 'train' and, if there are any, 'test', 'vocabulary' "
                "and 'preparation'."
            )
    return [_channel(name, channel) for name, channel in config.items() if name in CHANNELS]


def text_channels(config: dict[str, Any]) -> list[str]:
    """Return which of the channels 'vocabulary' and 'preparation' a job has.

    Raises
    ------
    ClientError
        There is a preparation without a vocabulary, or a channel comes through a FIFO.
    """
    names = [name for name in TEXT_CHANNELS if name in config]
    if names == ["preparation"]:
        raise ClientError("The channel 'preparation' needs the channel 'vocabulary': add it.")
    for name in names:
        mode = config[name].get("TrainingInputMode") if isinstance(config[name], dict) else None
        if mode == PIPE:
            raise ClientError(f"The channel {name!r} is one file: its input mode is File, not {PIPE}.")
    return names


def _channel(name: str, config: Any) -> Channel:
    if not isinstance(config, dict):
        raise ClientError(f"inputdataconfig.json has {config!r} for the channel {name!r}, not an object.")
    mode = config.get("TrainingInputMode") or "File"
    if mode not in {*FILE_MODES, PIPE}:
        raise ClientError(
            f"The channel {name!r} has the input mode {mode!r}; LDA reads {', '.join(FILE_MODES)} and {PIPE}."
        )
    if (config.get("RecordWrapperType") or "None") != "None":
        raise ClientError(
            f"The channel {name!r} has the RecordWrapperType {config['RecordWrapperType']!r}, which wraps "
            "whole files. LDA reads one record per document: leave RecordWrapperType out."
        )
    content_type = _content_type(config)
    if mode == PIPE and content_type == CSV:
        raise ClientError(
            f"The channel {name!r} is {CSV} in Pipe mode; LDA reads {CSV} in File mode only. Use File, or "
            f"write the documents as {RECORDIO}."
        )
    sharded = config.get("S3DistributionType") == "ShardedByS3Key"
    return Channel(name=name, content_type=content_type, piped=mode == PIPE, sharded=sharded)


def _content_type(config: dict[str, Any]) -> str:
    """Return the content type; the default is recordio, as for the built-in algorithm."""
    value = str(config.get("ContentType") or RECORDIO)
    try:
        content_type = parse_content_type(value)
    except ValueError as error:
        raise ClientError(str(error)) from error
    if content_type not in {RECORDIO, CSV}:
        raise ClientError(f"The content type {value!r} is unknown; LDA trains on {RECORDIO} or {CSV}.")
    return content_type
