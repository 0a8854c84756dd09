from collections.abc import Callable

import pytest

from common.json_reader import JsonError, JsonValue, read_json

DOCUMENT = read_json(b'{"shards": [{"bytes": 5, "key": "a", "tokens": null}], "half": 0.5, "yes": true}')


def test_values_are_read_by_their_path() -> None:
    (shard,) = DOCUMENT["shards"].elements()
    assert (shard["bytes"].whole_number(), shard["key"].text()) == (5, "a")
    assert shard.get("tokens") is None
    assert shard.get("missing") is None
    assert shard.get("bytes") == JsonValue(5, "shards[0].bytes")


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda document: document["splits"], "it has no splits"),
        (lambda document: document["shards"]["train"], "shards must be an object such as {}, not "),
        (lambda document: document["shards"].get("train"), "shards must be an object such as {}, not "),
        (lambda document: document["half"].elements(), "half must be a list, not 0.5"),
        (
            lambda document: document["shards"].elements()[0]["key"].whole_number(),
            "shards[0].key must be a whole",
        ),
        (lambda document: document["half"].whole_number(), "half must be a whole number from 0 to "),
        (lambda document: document["yes"].whole_number(), "yes must be a whole number from 0 to "),
        (lambda document: document["yes"].text(), "yes must be a text, not true"),
    ],
)
def test_an_error_names_the_path_and_the_expected_type(
    read: Callable[[JsonValue], object], message: str
) -> None:
    with pytest.raises(JsonError) as raised:
        read(DOCUMENT)
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_other_bytes_arent_json(content: bytes) -> None:
    with pytest.raises(JsonError, match="it isn't JSON"):
        read_json(content)
