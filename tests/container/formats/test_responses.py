"""The content type of a response follows the Accept header."""

import json

import numpy as np
import pytest

from container.contract.content_types import JSON, JSONLINES, RECORDIO
from container.formats.responses import ENCODERS, Accepted, Predictions, TextFacts, negotiate_type


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("Application/JSONLines", JSONLINES),
        ("application/x-recordio-protobuf", RECORDIO),
        ("application/json;q=0.1, application/jsonlines;q=0.9", JSONLINES),
        ("text/html, application/jsonlines; q=0.5, */*; q=0.1", JSONLINES),
        ("application/json;q=0", None),
        ("application/json;q=none", None),
        ("text/csv", None),
        ("json", None),
    ],
)
def test_the_most_preferred_type_is_chosen(accept: str | None, chosen: str | None) -> None:
    assert negotiate_type(accept) == (chosen and Accepted(chosen))


@pytest.mark.parametrize(
    ("accept", "words"),
    [("application/json;words=10", 10), ("*/*; words=1", 1), ("application/*;q=0.5; Words=100", 100)],
)
def test_words_of_the_topics_are_asked_for_by_a_parameter(accept: str, words: int) -> None:
    assert negotiate_type(accept) == Accepted(JSON, words)


def test_words_of_a_type_that_is_not_chosen_are_ignored() -> None:
    accept = "application/json;words=9;q=0.1, application/jsonlines"
    assert negotiate_type(accept) == Accepted(JSONLINES)


@pytest.mark.parametrize("words", ["0", "101", "-1", "ten", "\u0661", "9" * 5000])
def test_a_number_of_words_out_of_range_is_rejected(words: str) -> None:
    with pytest.raises(ValueError, match="it is a number from 1 to 100"):
        negotiate_type(f"application/json;words={words}")


@pytest.mark.parametrize("content_type", [JSONLINES, RECORDIO])
def test_only_json_contains_words(content_type: str) -> None:
    with pytest.raises(ValueError, match=f"only {JSON} contains the words of the topics"):
        negotiate_type(f"{content_type};words=10")


def test_a_text_without_a_known_word_has_no_topics_but_a_message() -> None:
    facts = TextFacts(np.array([3, 2]), np.array([1, 2]), np.array([True, False]))
    predictions = Predictions(np.array([[0.25, 0.75], [0.5, 0.5]], np.float32), facts)
    assert [json.loads(line) for line in ENCODERS[JSONLINES](predictions).splitlines()] == [
        {"topic_mixture": [0.25, 0.75], "tokens": 3, "unknown_tokens": 1},
        {
            "topic_mixture": None,
            "tokens": 2,
            "unknown_tokens": 2,
            "message": "The model knows no word of this text, so there are no topics.",
        },
    ]
