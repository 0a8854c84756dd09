"""What an execution may be started with: its fields, their checks, and what stands in for those left out."""

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

COMMENT: Final = "Comment"  # The console prefills it.
_DATASET: Final = re.compile(r"[a-z0-9-]{1,63}")
_TEXT_AT_MOST: Final = 200
_LARGEST_COUNT: Final = 2**31 - 1


class InvalidInputError(ValueError):
    """The execution's input or its dataset can't be used; the text is a sentence for whoever started it."""


@dataclass(frozen=True)
class _Field:
    holds: Callable[[Any], bool]
    words: str


def _is_count(value: Any) -> bool:
    return _is_number(value) and 1 <= value <= _LARGEST_COUNT and value == int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_positive(value: Any) -> bool:
    return _is_number(value) and value > 0


_COUNT: Final = _Field(_is_count, f"a whole number from 1 to {_LARGEST_COUNT}")
_POSITIVE: Final = _Field(_is_positive, "a number greater than 0")
_SWITCH: Final = _Field(lambda value: isinstance(value, bool), "true or false")
FIELDS: Final = {
    "dataset": _Field(
        lambda value: isinstance(value, str) and _DATASET.fullmatch(value) is not None,
        "the name of a dataset: 1 to 63 of a-z, 0-9 and -",
    ),
    "num_topics": _COUNT,
    "alpha0": _POSITIVE,
    "max_restarts": _COUNT,
    "max_iterations": _COUNT,
    "tol": _POSITIVE,
    "promote": _SWITCH,
    "minimum_pwll": _Field(
        lambda value: value is None or _is_number(value), "a number, or null for no bound"
    ),
    "require_promotion": _SWITCH,
}


def with_defaults(given: Any, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field of an execution, from its input or else from the settings.

    Parameters
    ----------
    given
        The execution's input, as it was started.
    defaults
        A value for every field.

    Raises
    ------
    InvalidInputError
        When the input isn't an object, or a field is unknown, ill-typed or contradicts another.
    """
    if not isinstance(given, dict):
        raise InvalidInputError(
            f"The execution's input must be an object such as {{}}, not {_shown(given)}. {_known_fields()}"
        )
    fields = {name: value for name, value in given.items() if name != COMMENT}
    for name, value in fields.items():
        _check(name, value)
    merged = {name: fields.get(name, defaults[name]) for name in FIELDS}
    if merged["require_promotion"] and not merged["promote"]:
        raise InvalidInputError(
            "The execution's input asks for require_promotion while promote is false: nothing would be "
            "promoted, and so every such execution would fail. Leave one of the two out."
        )
    return merged


def job_name_base(prefix: str, execution_name: str, execution_arn: str) -> str:
    """Return a training job's name but for its attempt: at most 61 of SageMaker's 63 characters.

    Lower case, since SageMaker lower-cases names in its ARNs and IAM compares them with case. Executions
    whose names look alike after cleaning differ in the digest.
    """
    cleaned = re.sub(r"[^a-z0-9]+", "-", execution_name.lower()).strip("-")[:24].strip("-")
    digest = hashlib.sha256(execution_arn.encode()).hexdigest()[:8]
    return "-".join(part for part in (prefix, cleaned, digest) if part)


def _check(name: str, value: Any) -> None:
    if name not in FIELDS:
        raise InvalidInputError(f"The execution's input has an unknown field {name!r}. {_known_fields()}")
    if not FIELDS[name].holds(value):
        raise InvalidInputError(
            f"The field {name} of the execution's input is {_shown(value)}; it must be {FIELDS[name].words}."
            f" {_known_fields()}"
        )


def _known_fields() -> str:
    return f"The known fields are {', '.join(FIELDS)}; {COMMENT} is ignored."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _TEXT_AT_MOST else f"{text[:_TEXT_AT_MOST]}..."
