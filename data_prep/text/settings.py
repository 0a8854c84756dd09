"""The settings of the preparation of text."""

import unicodedata
from dataclasses import dataclass

import polars as pl

from data_prep.text.errors import TextError

AUTO, NONE = "auto", "none"
LARGE_CORPUS = 1000  # documents
_RARE = {True: 5, False: 2}  # is the corpus large? -> the documents that a word must be in
MAX_NGRAMS = 3
MAX_WORDS = 10_000_000
_MAX_PATTERN = 1000


@dataclass(frozen=True, kw_only=True)
class TextSettings:
    """How text becomes counts.

    Parameters
    ----------
    language
        An ISO 639-1 code, such as "en", whose stop words are left out; "auto" detects it, "none" keeps every
        word.
    stop_words
        The words to leave out instead of those of the language.
    token_pattern
        A regular expression, as of Rust's regex, that matches one token. By default a token is a word of at
        least two characters; it may have apostrophes and hyphens inside.
    numbers
        Whether tokens without a letter are kept; with a `token_pattern` of one's own they always are.
    min_df
        The least number of documents that contain a word, or their fraction if it is below 1. By default 5;
        2 in a corpus of fewer than 1000 documents.
    max_df
        The largest fraction of the documents that contain a word, or their number if it is above 1.
    max_vocabulary
        The largest number of words. The words in most documents are kept.
    ngrams
        The longest sequence of words that is counted as one: 1, 2 or 3.
    collocations
        Count pairs of neighbours whose normalised pointwise mutual information (NPMI) is at least this,
        between 0 and 1, as words of their own.
    vocabulary
        Count these words, in this order, and no others.

    Raises
    ------
    TextError
        A setting is out of its range.
    """

    language: str = AUTO
    stop_words: tuple[str, ...] | None = None
    token_pattern: str | None = None
    numbers: bool = False
    min_df: float | None = None
    max_df: float = 0.5
    max_vocabulary: int = 50_000
    ngrams: int = 1
    collocations: float | None = None
    vocabulary: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.token_pattern is not None:
            check_pattern(self.token_pattern)
        if not 1 <= self.ngrams <= MAX_NGRAMS:
            raise TextError(f"ngrams is {self.ngrams}; it is 1, 2 or 3.")
        if self.collocations is not None and not 0 < self.collocations <= 1:
            raise TextError(f"collocations is {self.collocations}; it is a number above 0, at most 1.")
        if self.min_df is not None and not self.min_df > 0:
            raise TextError(f"min_df is {self.min_df}; it is a number above 0.")
        if not self.max_df > 0:
            raise TextError(f"max_df is {self.max_df}; it is a number above 0.")
        if not 1 <= self.max_vocabulary <= MAX_WORDS:
            raise TextError(f"max_vocabulary is {self.max_vocabulary}; it is between 1 and {MAX_WORDS}.")
        if self.vocabulary is not None:
            check_vocabulary(self.vocabulary)

    @property
    def longest(self) -> int:
        """The longest sequence of words that may be a word of the vocabulary."""
        given = max((word.count(" ") + 1 for word in self.vocabulary), default=1) if self.vocabulary else 1
        return max(self.ngrams, 2 if self.collocations is not None else 1, min(given, MAX_NGRAMS))

    def min_documents(self, documents: int) -> int:
        """Return the least number of documents that contain a word of the vocabulary."""
        if self.min_df is None:
            return _RARE[documents >= LARGE_CORPUS]
        return max(1, _number(self.min_df, documents, whole_from=1))

    def max_documents(self, documents: int) -> int:
        """Return the largest number of documents that contain a word of the vocabulary."""
        return _number(self.max_df, documents, whole_from=1 + 1e-9)


def _number(limit: float, documents: int, *, whole_from: float) -> int:
    """Return a limit that is a number or a fraction of the documents as a number."""
    return int(limit) if limit >= whole_from else int(limit * documents + 1e-9)


def check_pattern(pattern: str) -> None:
    """Raise TextError if a token pattern isn't a regular expression of Rust's regex."""
    if len(pattern) > _MAX_PATTERN:
        raise TextError(f"The token pattern has {len(pattern)} characters; {_MAX_PATTERN} are possible.")
    try:
        pl.Series([""]).str.contains(pattern, strict=True)
    except pl.exceptions.ComputeError as error:
        reason = " ".join(str(error).split())
        raise TextError(
            f"The token pattern {pattern!r} is no regular expression of Rust: {reason}"
        ) from error


def check_vocabulary(words: tuple[str, ...]) -> None:
    """Raise TextError if a vocabulary is empty, or a word occurs twice or isn't one line."""
    if not words:
        raise TextError("The vocabulary is empty.")
    seen: dict[str, int] = {}
    for number, word in enumerate(words, start=1):
        if not word or "\n" in word or "\r" in word:
            raise TextError(f"Word {number} of the vocabulary, {word!r}, isn't a word in one line.")
        if (first := seen.setdefault(unicodedata.normalize("NFC", word), number)) != number:
            raise TextError(f"Words {first} and {number} of the vocabulary are both {word!r}.")
