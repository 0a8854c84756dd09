"""Content types with their parameters."""

import pytest

from container.contract.content_types import CSV, parse_content_type


@pytest.mark.parametrize(
    "header", ["text/csv", "text/csv;label_size=0", "TEXT/CSV; label_size=0", "text/csv; charset=UTF-8"]
)
def test_parameters_that_change_nothing_are_taken(header: str) -> None:
    assert parse_content_type(header) == CSV


@pytest.mark.parametrize(
    ("header", "sentence"),
    [("text/csv;label_size=1", "label_size must be 0"), ("text/csv;charset=latin-1", "Only UTF-8 is read")],
)
def test_what_would_be_read_wrongly_is_refused(header: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_content_type(header)
