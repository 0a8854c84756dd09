"""The fields of an execution's input, and the check of an input against them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.errors import InvalidInputError
from common.messages import as_json, first_few, shortened

_COMMENT: Final = "Comment"  # The console prefills it.
_MAX_NAME: Final = 63
_DATASET: Final = re.compile(r"[a-z0-9-]{1,63}")
_TRAINING_JOB: Final = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_MAX_STARTED_BY: Final = 128
_TAG_PUNCTUATION: Final = "_.:/=+-@"


@dataclass(frozen=True)
class Field:
    """One field: the check of its value, and a description of valid values that completes "it must be"."""

    is_valid: Callable[[Any], bool]
    description: str


@dataclass(frozen=True)
class CheckedInput:
    """An execution's input after the check of each field.

    Attributes
    ----------
    fields
        The fields of the input without the console's comment.
    invalid
        The names of the known fields whose values can't be used.
    problems
        A sentence for each problem.
    """

    fields: Mapping[str, Any]
    invalid: frozenset[str]
    problems: list[str]


def check_fields(execution_input: Any, known: Mapping[str, Field]) -> CheckedInput:
    """Check an execution's input field by field.

    Raises
    ------
    InvalidInputError
        When the input isn't an object.
    """
    names = f"The known fields are {', '.join(known)}; {_COMMENT} is ignored."
    if not isinstance(execution_input, dict):
        raise InvalidInputError(
            f"The execution's input must be an object such as {{}}, not {as_json(execution_input)}. {names}"
        )
    fields = {name: value for name, value in execution_input.items() if name != _COMMENT}
    invalid = [name for name, value in fields.items() if name in known and not known[name].is_valid(value)]
    unknown = [
        f"The execution's input has an unknown field {shortened(repr(name))}."
        for name in fields
        if name not in known
    ]
    problems = first_few(unknown, "fields") + [
        f"The field {name} of the execution's input is {as_json(fields[name])}; it must be "
        f"{known[name].description}."
        for name in invalid
    ]
    if problems:
        problems[-1] += f" {names}"
    return CheckedInput(fields, frozenset(invalid), problems)


def matches(pattern: re.Pattern[str], max_length: int) -> Callable[[Any], bool]:
    """Return the check that a value is a text of a pattern."""
    return lambda value: (
        isinstance(value, str) and len(value) <= max_length and pattern.fullmatch(value) is not None
    )


def _fits_a_tag(value: Any) -> bool:
    """Return whether a value can be the value of a tag (API reference of SageMaker, "Tag")."""
    return (
        isinstance(value, str)
        and len(value) <= _MAX_STARTED_BY
        and all(letter in _TAG_PUNCTUATION or unicodedata.category(letter)[0] in "LNZ" for letter in value)
    )


DATASET: Final = Field(matches(_DATASET, _MAX_NAME), "the name of a dataset: 1 to 63 of a-z, 0-9 and -")
TRAINING_JOB: Final = Field(matches(_TRAINING_JOB, _MAX_NAME), "the name of a training job")
STARTED_BY: Final = Field(
    _fits_a_tag,
    f"a text of at most {_MAX_STARTED_BY} letters, digits, spaces and {' '.join(_TAG_PUNCTUATION)}",
)
