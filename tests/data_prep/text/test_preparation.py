import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.text.corpus import prepare
from data_prep.text.errors import TextError
from data_prep.text.preparation import Preparation
from data_prep.text.settings import TextSettings
from data_prep.text.tokens import TokenRules

RULES = st.builds(
    TokenRules,
    pattern=st.none() | st.just(r"\S+"),
    numbers=st.booleans(),
    stop_words=st.frozensets(st.text(max_size=5)),
)


@given(RULES, st.integers(1, 3), st.lists(st.sampled_from(["ant", "bee", "cät"]), min_size=1, unique=True))
def test_a_preparation_is_read_as_it_was_written(rules: TokenRules, longest: int, words: list[str]) -> None:
    preparation = Preparation(rules, longest, "en", tuple(words))
    assert Preparation.from_json(preparation.to_json(), words) == preparation


def test_further_texts_are_counted_as_the_corpus_was(tmp_path: Path) -> None:
    texts = ["The ants and the Bees", "bees, ants, cats", "a cat's ants"] * 3
    frame = pl.DataFrame({"id": [str(i) for i in range(9)], "text": texts}).with_columns(
        pl.lit(None, pl.String).alias("label"), pl.lit(None, pl.String).alias("date")
    )
    with prepare([frame], TextSettings(language="en", max_df=9, ngrams=2)) as prepared:
        prepared.preparation.save(tmp_path)
        (expected,) = prepared.counts()
    counted = Preparation.load(tmp_path).counts(texts)
    assert counted.counts.toarray().tolist() == expected.toarray().tolist()
    assert counted.unknown.tolist() == [0] * 9


def test_unknown_tokens_are_counted_apart_from_stop_words() -> None:
    preparation = Preparation(TokenRules(stop_words=frozenset({"the"})), 1, "en", ("ant", "bee"))
    counted = preparation.counts(["The ant saw the zebra and the bee", "the zebra", ""])
    assert counted.counts.toarray().tolist() == [[1, 1], [0, 0], [0, 0]]
    assert counted.tokens.tolist() == [5, 1, 0]
    assert counted.unknown.tolist() == [3, 1, 0]


def changed(**fields: Any) -> str:
    document = json.loads(Preparation(TokenRules(), 1, "en", ("ant",)).to_json())
    return json.dumps({**document, **fields})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "isn't the preparation of a text"),
        ("[]", "isn't the preparation of a text"),
        ("{}", "isn't the preparation of a text"),
        ("[" * 100_000, "isn't the preparation of a text"),
        (changed(schema=2), "only 1 is known"),
        (changed(longest=4), "longest is 4"),
        (changed(longest=True), "longest is True"),
        (changed(numbers="yes"), "neither true nor false"),
        (changed(stop_words="the"), "no list of words"),
        (changed(token_pattern="("), "no regular expression"),
        (changed(segmenter="xx"), "no segmenter"),
        (changed(vocabulary_sha256="0"), "belongs to another vocabulary"),
    ],
)
def test_another_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(TextError, match=message):
        Preparation.from_json(text, ["ant"])
