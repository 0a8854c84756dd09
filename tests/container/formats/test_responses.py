"""The content type of a response follows the Accept header."""

import pytest

from container.contract.content_types import JSON, JSONLINES, RECORDIO
from container.formats.responses import negotiate_type


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
    assert negotiate_type(accept) == chosen
