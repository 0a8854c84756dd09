"""What is wrong with an execution, told at once: nobody should start four times to learn four mistakes."""

from collections.abc import Iterable, Sequence
from typing import Final

_SHOWN: Final = 3  # A cause is read in the console: the first few of a kind and their number say enough.
_TEXT_AT_MOST: Final = 200


class InvalidInputError(ValueError):
    """The execution's input or its dataset can't be used; the text is for whoever started it."""


def refusal(problems: Sequence[str]) -> InvalidInputError:
    """Return the error that tells what is wrong: a single problem as it stands, several with numbers."""
    if len(problems) == 1:
        return InvalidInputError(problems[0])
    told = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return InvalidInputError(f"{len(problems)} problems: {told}")


def few(problems: Sequence[str], what: str) -> list[str]:
    """Return the first problems of a kind; the last of them says of how many more `what` the like is true."""
    shown = list(problems[:_SHOWN])
    if more := len(problems) - len(shown):
        shown[-1] += f" And so it is with {more} more {what}."
    return shown


def cut(text: str) -> str:
    """Return the beginning of a text that somebody else wrote, which may be of any length."""
    return text if len(text) <= _TEXT_AT_MOST else f"{text[:_TEXT_AT_MOST]}..."


def names(found: Iterable[str]) -> str:
    """Return a few names, and how many there are beside them."""
    ordered = sorted(found)
    shown = ", ".join(ordered[:_SHOWN])
    more = len(ordered) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
