from typing import Any

import pytest

from data_prep.text.errors import TextError
from data_prep.text.settings import TextSettings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ngrams": 4}, "ngrams is 4"),
        ({"collocations": 0.0}, "collocations is 0.0"),
        ({"min_df": -1}, "min_df is -1"),
        ({"max_df": float("nan")}, "max_df is nan"),
        ({"max_vocabulary": 0}, "max_vocabulary is 0"),
        ({"token_pattern": "(?<=a)b"}, "no regular expression of Rust"),
        ({"token_pattern": "x" * 1001}, "has 1001 characters"),
        ({"vocabulary": ()}, "The vocabulary is empty"),
        ({"vocabulary": ("a", "b", "a")}, "Words 1 and 3 of the vocabulary are both 'a'"),
        ({"vocabulary": ("a\nb",)}, "isn't a word in one line"),
    ],
)
def test_a_setting_out_of_its_range_is_refused(settings: Any, message: str) -> None:
    with pytest.raises(TextError, match=message):
        TextSettings(**settings)


@pytest.mark.parametrize(
    ("settings", "documents", "least", "most"),
    [
        ({}, 1000, 5, 500),
        ({}, 20, 2, 10),
        ({"min_df": 3, "max_df": 10}, 20, 3, 10),
        ({"min_df": 0.1, "max_df": 1.0}, 20, 2, 20),
        ({"min_df": 1}, 20, 1, 10),
    ],
)
def test_limits_are_numbers_or_fractions_of_the_documents(
    settings: Any, documents: int, least: int, most: int
) -> None:
    limits = TextSettings(**settings)
    assert (limits.min_documents(documents), limits.max_documents(documents)) == (least, most)
