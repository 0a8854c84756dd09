import itertools
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.text.tokens import TokenRules, tokenise

LETTERS = st.characters(categories=["L", "M", "N", "P", "S", "Z"])


def tokens(text: str, rules: TokenRules | None = None) -> list[str]:
    found = tokenise(pl.Series([text]), rules or TokenRules())
    return found.terms.gather(found.codes).to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The CAT sat.", ["the", "cat", "sat"]),
        ("Don't, don\u2019t and state-of-the-art", ["don't", "don't", "and", "state-of-the-art"]),
        ("the president's and the president\u2019s", ["the", "president", "and", "the", "president"]),
        ("in 2019, 3.5 of 42 and covid19 or 19th", ["in", "of", "and", "covid19", "or", "19th"]),
        ("a I x ab", ["ab"]),
        ("\U0001f600\ufe0f emoji \U0001f469\u200d\U0001f52c words after", ["emoji", "words", "after"]),
        ("Cafe\u0301 caf\u00e9", ["caf\u00e9", "caf\u00e9"]),
        ("\u041c\u043e\u0441\u043a\u0432\u0430 \u0391\u03b8\u03ae\u03bd\u03b1", ["москва", "αθήνα"]),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"],
        ),
        ("\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", ["नमस्ते", "दुनिया"]),
        ("e-mail@example.com under_score", ["e-mail", "example", "com", "under", "score"]),
        ("", []),
    ],
)
def test_a_token_is_a_word(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_numbers_are_kept_if_wanted() -> None:
    assert tokens("in 2019", TokenRules(numbers=True)) == ["in", "2019"]


def test_stop_words_are_left_out_in_whatever_form_they_are_written() -> None:
    rules = TokenRules(stop_words=frozenset({"Don\u2019t", "the"}))
    assert tokens("THE dog: don't, DON\u2019T", rules) == ["dog"]


def test_a_pattern_of_ones_own_decides_alone() -> None:
    assert tokens("A b2-1 President's", TokenRules(pattern=r"\S+")) == ["a", "b2-1", "president's"]


@given(st.lists(st.text(LETTERS), max_size=8))
def test_documents_do_not_affect_each_other(texts: list[str]) -> None:
    found = tokenise(pl.Series("text", texts, pl.String), TokenRules())
    starts = [0, *found.ends.tolist()]
    together = [
        found.terms.gather(found.codes[begin:end]).to_list() for begin, end in itertools.pairwise(starts)
    ]
    assert together == [tokens(text) for text in texts]


@given(st.text(LETTERS))
def test_tokens_are_composed_and_in_lower_case(text: str) -> None:
    for token in tokens(text):
        assert token == unicodedata.normalize("NFC", token).lower() or token == token.lower()
        assert len(token) > 1
