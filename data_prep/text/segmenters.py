"""Words of languages that are written without spaces, by a segmenter that the extra `segmenters` installs."""

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

import polars as pl

from data_prep.text.errors import TextError

# language -> (its name, the package that separates its words)
SEGMENTED = {"zh": ("Chinese", "rjieba"), "ja": ("Japanese", "janome"), "th": ("Thai", "pythainlp")}
# Scripts without spaces between words -> the language that is assumed.
_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "zh": r"\p{Han}",
    "th": r"\p{Thai}",
}
_UNSUPPORTED = {"Lao": r"\p{Lao}", "Khmer": r"\p{Khmer}", "Burmese": r"\p{Myanmar}"}
_SHARE = 0.3  # of the letters, from which on a text is said to be written in a script


def detect(texts: pl.Series) -> str | None:
    """Return the language of texts that are written without spaces between words, or None.

    Raises
    ------
    TextError
        The texts are mostly in a script that no segmenter here separates.
    """
    letters = _occurrences(texts, r"\p{L}")
    for name, script in _UNSUPPORTED.items():
        if _occurrences(texts, script) > _SHARE * max(letters, 1):
            raise TextError(
                f"The text is in {name}, which is written without spaces, and there is no segmenter for it"
                " here. Separate its words by spaces first."
            )
    for language, script in _SCRIPTS.items():
        if _occurrences(texts, script) > _SHARE * max(letters, 1):
            return language
    return None


def require(language: str) -> None:
    """Raise TextError if a language needs a segmenter that isn't installed."""
    name, package = SEGMENTED[language]
    if find_spec(package) is None:
        raise TextError(
            f"The text is in {name}, which is written without spaces between words. Its words are"
            f" separated by {package}. In this project's folder: pip install '.[segmenters]'"
        )


def segment(texts: pl.Series, language: str | None) -> pl.Series:
    """Return texts with a space between the words of a language that is written without."""
    if language is None:
        return texts
    require(language)
    split = _splitter(language)
    return pl.Series(texts.name, [" ".join(split(text)) for text in texts.to_list()], pl.String)


def _occurrences(texts: pl.Series, pattern: str) -> int:
    return int(texts.str.count_matches(pattern).sum())


@cache
def _splitter(language: str) -> Callable[[str], list[str]]:
    return {"zh": _chinese, "ja": _japanese, "th": _thai}[language]()


def _chinese() -> Callable[[str], list[str]]:
    import rjieba  # noqa: PLC0415 -- an extra

    return lambda text: list(rjieba.cut(text))


def _japanese() -> Callable[[str], list[str]]:
    from janome.tokenizer import Tokenizer  # noqa: PLC0415 -- an extra

    tokenizer = Tokenizer()
    return lambda text: [str(word) for word in tokenizer.tokenize(text, wakati=True)]


def _thai() -> Callable[[str], list[str]]:
    from pythainlp.tokenize import word_tokenize  # noqa: PLC0415 -- an extra

    return lambda text: list(word_tokenize(text, keep_whitespace=False))
