"""Content types with their parameters."""

import pytest

from container.contract.content_types import CSV, parse_content_type


@pytest.mark.parametrize(
    "header", ["text/csv", "text/csv;label_size=0", "TEXT/CSV; label_size=0", "text/csv; charset=UTF-8"]
)
def test_parameters_without_effect_are_accepted(header: str) -> None:
    assert parse_content_type(header) == CSV


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("text/csv;label_size=1", "label_size must be 0"),
        ("text/csv;charset=latin-1", "Only UTF-8 is supported"),
    ],
)
def test_labels_and_other_character_sets_are_rejected(header: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_content_type(header)
