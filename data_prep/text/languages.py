"""Stop words, and the language of texts by how many of their words are stop words of it."""

from functools import cache
from typing import NamedTuple

import polars as pl
import stopwordsiso

from data_prep.text import segmenters
from data_prep.text.errors import TextError
from data_prep.text.settings import AUTO, NONE, TextSettings
from data_prep.text.tokens import TokenRules, normalised, tokenise

# stopwords-iso's list "br" is Portuguese, so Breton isn't detected.
_NOT_DETECTED = frozenset({"br"})
_MIN_TOKENS = 10  # fewer say nothing about the language
_MIN_COVERAGE = 0.2  # of the tokens; texts of every language have a third and more


class Language(NamedTuple):
    """The language whose stop words are left out: its code or "none", and the share of its stop words."""

    code: str
    coverage: float


def stop_words(language: str) -> frozenset[str]:
    """Return the stop words of a language, from stopwords-iso.

    Raises
    ------
    TextError
        There is no list for the language.
    """
    if language == NONE:
        return frozenset()
    if not stopwordsiso.has_lang(language):
        known = " ".join(sorted(stopwordsiso.langs()))
        raise TextError(
            f"There are no stop words of the language {language!r}. Choose auto, none, or one of {known}."
        )
    return frozenset(stopwordsiso.stopwords(language))


def choose_rules(sample: pl.Series, settings: TextSettings) -> tuple[TokenRules, Language]:
    """Return what a token is, after a look at some of the documents.

    Parameters
    ----------
    sample
        The first documents.
    settings
        The user's settings.

    Raises
    ------
    TextError
        The language needs a segmenter that isn't installed, or isn't known.
    """
    written = segmenters.detect(sample) if settings.language == AUTO else settings.language
    segmenter = written if written in segmenters.SEGMENTED else None
    if segmenter:
        segmenters.require(segmenter)
    plain = TokenRules(settings.token_pattern, settings.numbers, frozenset(), segmenter)
    language = Language(written, coverage(sample, plain, written)) if written else detect(sample, plain)
    if settings.stop_words is not None:
        words = frozenset(settings.stop_words)
    elif settings.vocabulary is not None and settings.language == AUTO:
        words = frozenset()  # a given vocabulary says which words count
    else:
        words = stop_words(language.code)
    return TokenRules(settings.token_pattern, settings.numbers, words, segmenter), language


def detect(sample: pl.Series, rules: TokenRules) -> Language:
    """Return the language whose stop words cover most tokens of the sample, or "none" below a fifth."""
    shares = _shares(sample, rules)
    best = max(shares, key=lambda code: (shares[code], code), default=NONE)
    return Language(best, shares[best]) if shares.get(best, 0.0) >= _MIN_COVERAGE else Language(NONE, 0.0)


def coverage(sample: pl.Series, rules: TokenRules, language: str) -> float:
    """Return which share of the tokens are stop words of a language."""
    return _shares(sample, rules).get(language, 0.0)


def _shares(sample: pl.Series, rules: TokenRules) -> dict[str, float]:
    tokens = tokenise(sample, rules)
    if tokens.codes.size < _MIN_TOKENS:
        return {}
    counts = pl.DataFrame({"term": tokens.terms.gather(pl.Series(tokens.codes))}).group_by("term").len()
    shares = (
        _all_stop_words()
        .join(counts, on="term")
        .group_by("language")
        .agg(pl.col("len").sum() / tokens.codes.size)
    )
    return dict(shares.iter_rows())


@cache
def _all_stop_words() -> pl.DataFrame:
    lists = {
        code: sorted(stopwordsiso.stopwords(code)) for code in sorted(stopwordsiso.langs() - _NOT_DETECTED)
    }
    frame = pl.DataFrame(
        {"language": list(lists), "term": list(lists.values())},
        schema={"language": pl.String, "term": pl.List(pl.String)},
    ).explode("term")
    return frame.with_columns(normalised(frame["term"], words=True)).unique(maintain_order=True)
