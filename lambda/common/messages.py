"""Parts of the sentences in which the functions report problems."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

_SHOWN: Final = 3  # A cause is read in the console: the first few of a kind and their number are enough.
_MAX_LENGTH: Final = 200


def numbered(sentences: Sequence[str], heading: str) -> str:
    """Return a single sentence as it is, and several as a numbered list below a heading with their number."""
    if len(sentences) == 1:
        return sentences[0]
    listed = " ".join(f"({number}) {sentence}" for number, sentence in enumerate(sentences, start=1))
    return f"{heading.format(len(sentences))}: {listed}"


def first_few(problems: Sequence[str], noun: str) -> list[str]:
    """Return the first problems of a kind; the last sentence counts the other `noun`, such as shards."""
    shown = list(problems[:_SHOWN])
    if more := len(problems) - len(shown):
        shown[-1] += f" The same is true of {more} more {noun}."
    return shown


def first_names(names: Iterable[str]) -> str:
    """Return the first names in alphabetical order, and the number of the others."""
    ordered = sorted(names)
    shown = ", ".join(ordered[:_SHOWN])
    more = len(ordered) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def shortened(text: str) -> str:
    """Return the beginning of a text that a user wrote, which may have any length."""
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}..."


def as_json(value: Any) -> str:
    """Return the beginning of a value's JSON."""
    return shortened(json.dumps(value, ensure_ascii=False))
