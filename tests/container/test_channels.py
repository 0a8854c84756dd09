"""Channels are checked before anything is read."""

import pytest

from container.channels import Channel, parse_channels
from container.content_types import CSV, RECORDIO
from container.errors import ClientError


def test_a_channel_without_a_content_type_is_recordio() -> None:
    assert channel_types({"train": {}, "test": {"ContentType": "text/csv;label_size=0"}}) == {
        "train": RECORDIO,
        "test": CSV,
    }


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "The channel 'train' is missing"),
        ({"test": {}}, "The channel 'train' is missing"),
        ({"train": {}, "validation": {}}, "Unknown channel 'validation'; LDA reads 'train'"),
        (
            {"train": {"TrainingInputMode": "Pipe"}},
            "'train' has the input mode 'Pipe'; this container reads File",
        ),
        ({"train": {"ContentType": "application/json"}}, "The content type 'application/json' is unknown"),
        ({"train": {"ContentType": "text/csv;label_size=1"}}, "label_size must be 0"),
    ],
)
def test_a_channel_that_can_not_be_read_is_the_clients_error(
    config: dict[str, dict[str, str]], sentence: str
) -> None:
    with pytest.raises(ClientError, match=sentence):
        channel_types(config)
