"""The channels of inputdataconfig.json are checked before they are read."""

from typing import Any

import pytest

from container.contract.channels import Channel, parse_channels, text_channels
from container.contract.content_types import CSV, RECORDIO
from container.contract.errors import ClientError


def test_a_channel_without_a_content_type_is_recordio() -> None:
    config = {"train": {}, "test": {"ContentType": "text/csv;label_size=0"}}
    assert parse_channels(config) == [
        Channel(name="train", content_type=RECORDIO),
        Channel(name="test", content_type=CSV),
    ]


@pytest.mark.parametrize(("mode", "piped"), [("File", False), ("FastFile", False), ("Pipe", True)])
def test_every_input_mode_is_supported(mode: str, *, piped: bool) -> None:
    assert parse_channels({"train": {"TrainingInputMode": mode}}) == [Channel(name="train", piped=piped)]


def test_the_distribution_type_marks_a_sharded_channel() -> None:
    config: dict[str, Any] = {
        "train": {"S3DistributionType": "ShardedByS3Key", "RecordWrapperType": "None"},
        "test": {"S3DistributionType": "FullyReplicated"},
    }
    assert [channel.sharded for channel in parse_channels(config)] == [True, False]


def test_null_fields_have_their_defaults() -> None:
    names = ("TrainingInputMode", "RecordWrapperType", "ContentType", "S3DistributionType")
    assert parse_channels({"train": dict.fromkeys(names)}) == parse_channels({"train": {}})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "The channel 'train' is missing"),
        ({"test": {}}, "The channel 'train' is missing"),
        ({"train": {}, "validation": {}}, "Unknown channel 'validation'; LDA reads 'train'"),
        (
            {"train": {"TrainingInputMode": "Tape"}},
            "'train' has the input mode 'Tape'; LDA reads File, FastFile",
        ),
        (
            {"train": {"TrainingInputMode": "Pipe", "ContentType": "text/csv"}},
            "'train' is text/csv in Pipe mode; LDA reads text/csv in File mode only",
        ),
        ({"train": "File"}, "has 'File' for the channel 'train', not an object"),
        ({"train": {"ContentType": 5}}, "The content type '5' is unknown"),
        ({"train": {"RecordWrapperType": "RecordIO"}}, "'train' has the RecordWrapperType 'RecordIO'"),
        ({"train": {"ContentType": "application/json"}}, "The content type 'application/json' is unknown"),
        ({"train": {"ContentType": "text/csv;label_size=1"}}, "label_size must be 0"),
    ],
)
def test_an_unsupported_channel_is_a_client_error(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        parse_channels(config)


def test_the_channels_of_the_words_are_no_documents() -> None:
    config: dict[str, Any] = {"train": {}, "preparation": {}, "vocabulary": {"TrainingInputMode": "FastFile"}}
    assert parse_channels(config) == [Channel(name="train")]
    assert text_channels(config) == ["vocabulary", "preparation"]
    assert text_channels({"train": {}}) == []


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"preparation": {}}, "'preparation' needs the channel 'vocabulary'"),
        ({"vocabulary": {"TrainingInputMode": "Pipe"}}, "'vocabulary' is one file: its input mode is File"),
    ],
)
def test_unsupported_channels_of_the_words_are_client_errors(config: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        text_channels(config)
