"""Tokens: the words of a text, by one rule for training, inference and every engine that calls this module.

A token is found in the text as it is; lower case and Unicode's composed form (NFC) are applied to each
different token once, which is much less than the text.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.text.segmenters import segment

# A letter or digit with what belongs to it; inside a word also apostrophes, hyphens and joiners (U+200C is
# part of Persian words, U+200D of Indic ones).
WORD_PATTERN = (
    r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['\-\u2019\u2010\u200c\u200d][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*"
)
_MIN_CHARACTERS = 2
_DROPPED = -1


@dataclass(frozen=True)
class TokenRules:
    """What a token is.

    Parameters
    ----------
    pattern
        The token pattern of the user's own, or None for words.
    numbers
        Whether words without a letter are kept.
    stop_words
        The words that are left out, as tokens look: in lower case.
    segmenter
        The language whose words are separated by a segmenter, or None.
    """

    pattern: str | None = None
    numbers: bool = False
    stop_words: frozenset[str] = frozenset()
    segmenter: str | None = None

    @cached_property
    def dropped(self) -> pl.Series:
        """The stop words in the form that tokens have."""
        return normalised(pl.Series("term", sorted(self.stop_words), pl.String), words=self.pattern is None)


class Tokens(NamedTuple):
    """The tokens of documents: document d has the codes[ends[d - 1]:ends[d]], which are indices of terms."""

    terms: pl.Series
    codes: NDArray[np.int32]
    ends: NDArray[np.int64]


def tokenise(texts: pl.Series, rules: TokenRules) -> Tokens:
    """Find the tokens of texts.

    Parameters
    ----------
    texts
        (D,) strings.
    rules
        What a token is.

    Returns
    -------
    Tokens
        Without stop words and everything else that the rules leave out, in the order of the text.
    """
    lists = segment(texts, rules.segmenter).str.extract_all(rules.pattern or WORD_PATTERN)
    lengths = lists.list.len().to_numpy().astype(np.int64)
    categories = pl.Categories.random()
    flat = lists.explode(empty_as_null=False).cast(pl.Categorical(categories))
    terms, new_codes = _terms(categories.to_series().rename("term"), rules)
    codes = new_codes[flat.to_physical().to_numpy()]
    kept = codes != _DROPPED
    before = np.zeros(codes.size + 1, np.int32)
    np.cumsum(kept, dtype=np.int32, out=before[1:])
    return Tokens(terms, codes[kept], before[np.cumsum(lengths)].astype(np.int64))


def normalised(tokens: pl.Series, *, words: bool) -> pl.Series:
    """Return tokens in lower case and NFC; those of words without typographic apostrophes and 's."""
    lower = tokens.str.normalize("NFC").str.to_lowercase()
    if not words:
        return lower
    return (
        lower.str.replace_all("\u2019", "'", literal=True)
        .str.replace_all("\u2010", "-", literal=True)
        .str.replace("'s$", "")
    )


def _terms(raw: pl.Series, rules: TokenRules) -> tuple[pl.Series, NDArray[np.int32]]:
    """Return the different terms of raw tokens, and each raw token's index in them, or -1."""
    frame = pl.DataFrame({"term": normalised(raw, words=rules.pattern is None)})
    keep = ~pl.col("term").is_in(rules.dropped.implode())
    if rules.pattern is None:
        keep &= pl.col("term").str.len_chars() >= _MIN_CHARACTERS
        if not rules.numbers:
            keep &= pl.col("term").str.contains(r"\p{L}")
    else:
        keep &= pl.col("term") != ""
    frame = frame.with_columns(pl.when(keep).then(pl.col("term")))
    terms = frame["term"].drop_nulls().unique().sort()
    index = frame.join(
        pl.DataFrame({"term": terms, "index": np.arange(len(terms), dtype=np.int32)}),
        on="term",
        how="left",
        maintain_order="left",
    )["index"]
    return terms, index.fill_null(_DROPPED).to_numpy()
