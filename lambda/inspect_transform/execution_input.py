"""What an execution of bulk scoring may be started with: its fields, and what is wrong with them."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

COMMENT: Final = "Comment"  # The console prefills it.
SPLITS: Final = ("test", "train")
_DATASET: Final = re.compile(r"[a-z0-9-]{1,63}")
_FOLDER: Final = re.compile(r"datasets/(?:[^/]+/)+")
_JOB: Final = re.compile(r"[A-Za-z0-9](?:-*[A-Za-z0-9]){0,62}")
_KEY_AT_MOST: Final = 900  # S3 allows 1024 bytes; the results' keys are longer than the documents'.
_STARTED_BY_AT_MOST: Final = 128
_TAG_PUNCTUATION: Final = "_.:/=+-@"
_SHOWN_AT_MOST: Final = 200


class InvalidInputError(ValueError):
    """The execution can't do what it was started for; the text says why, for whoever started it."""


@dataclass(frozen=True)
class _Field:
    holds: Callable[[Any], bool]
    words: str


def _matches(pattern: re.Pattern[str], at_most: int) -> Callable[[Any], bool]:
    return lambda value: (
        isinstance(value, str) and len(value) <= at_most and pattern.fullmatch(value) is not None
    )


def _fits_a_tag(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= _STARTED_BY_AT_MOST
        and all(letter in _TAG_PUNCTUATION or unicodedata.category(letter)[0] in "LNZ" for letter in value)
    )


FIELDS: Final = {
    "dataset": _Field(_matches(_DATASET, 63), "the name of a dataset: 1 to 63 of a-z, 0-9 and -"),
    "split": _Field(lambda value: value in SPLITS, '"test" or "train"'),
    "prefix": _Field(
        _matches(_FOLDER, _KEY_AT_MOST),
        f"a folder of the data bucket, such as datasets/mine/, of at most {_KEY_AT_MOST} characters: it "
        "begins with datasets/, which is all that SageMaker may read, and ends with a slash",
    ),
    "training_job": _Field(_matches(_JOB, 63), "the name of a training job"),
    "started_by": _Field(
        _fits_a_tag,
        f"a text of at most {_STARTED_BY_AT_MOST} letters, digits, spaces and {' '.join(_TAG_PUNCTUATION)}",
    ),
}


@dataclass(frozen=True)
class Request:
    """What is asked for, as far as it could be understood.

    Attributes
    ----------
    problems
        What is wrong with the input, a sentence each.
    refused
        The fields whose values can't be used; `fields` lacks them.
    """

    fields: Mapping[str, Any]
    problems: tuple[str, ...]
    refused: frozenset[str]


def read(given: Any) -> Request:
    """Check an execution's input, field by field and together."""
    if not isinstance(given, dict):
        problem = f"The execution's input must be an object such as {{}}, not {_shown(given)}. {_known()}"
        return Request({}, (problem,), frozenset(FIELDS))
    fields = {name: value for name, value in given.items() if name != COMMENT}
    checked = {name: _problem(name, value) for name, value in fields.items()}
    wrong = {name: problem for name, problem in checked.items() if problem is not None}
    good = {name: value for name, value in fields.items() if name not in wrong}
    return Request(good, (*wrong.values(), *_contradictions(fields)), frozenset(wrong))


def sentence(problems: list[str]) -> str:
    """Join problems to one text; they are numbered where there are several."""
    if len(problems) == 1:
        return problems[0]
    numbered = " ".join(f"({number}) {problem}" for number, problem in enumerate(problems, start=1))
    return f"{len(problems)} problems: {numbered}"


def _problem(name: str, value: Any) -> str | None:
    if name not in FIELDS:
        return f"The execution's input has an unknown field {name!r}. {_known()}"
    if not FIELDS[name].holds(value):
        return (
            f"The field {name} of the execution's input is {_shown(value)}; it must be {FIELDS[name].words}."
        )
    return None


def _contradictions(fields: Mapping[str, Any]) -> list[str]:
    beside = [name for name in ("dataset", "split") if name in fields]
    if "prefix" not in fields or not beside:
        return []
    named = " and a ".join(["prefix", *beside])
    problem = (
        f"The execution's input names a {named}: a prefix is scored as it is, and a dataset by its split. "
        "Leave one of the two out."
    )
    return [problem]


def _known() -> str:
    return f"The known fields are {', '.join(FIELDS)}; {COMMENT} is ignored."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_AT_MOST else f"{text[:_SHOWN_AT_MOST]}..."
