"""Parts of the sentences in which the functions report problems."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

_SHOWN: Final = 3  # A cause is read in the console: the first few of a kind and their number are enough.
_MAX_LENGTH: Final = 200


def numbered(problems: Sequence[str]) -> str:
    """Return the problems as one text; they are numbered where there are several."""
    if len(problems) == 1:
        return problems[0]
    listed = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return f"{len(problems)} problems: {listed}"


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
