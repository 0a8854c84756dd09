"""Types of settings, their conversion from CDK context, and the error message of an invalid value."""

import math
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Annotated, Any, Final, get_args

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo

InstanceCount = Annotated[int, Field(ge=1, le=100)]
InstanceType = Annotated[
    str,
    Field(pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$", title="a SageMaker instance type such as ml.c5.xlarge"),
]
# The form of an expression of EventBridge Scheduler, which checks the numbers and names in it. One of
# day-of-month and day-of-week must be a question mark.
SCHEDULE: Final = (
    r"^(rate\([1-9][0-9]* (minute|hour|day)s?\)"
    r"|at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)"
    r"|cron\([^ ]+ [^ ]+ (\? [^ ]+ [^ ?]+|[^ ?]+ [^ ]+ \?) [^ ]+\))$"
)


def parse(annotation: Any, value: object) -> object:
    """Convert a value of CDK context to the type of its setting.

    ``-c name=value`` passes text, and cdk.json may contain JSON. The text ``none`` is None if the type allows
    it.

    Raises
    ------
    ValueError
        With the type that the value must have, in words.
    """
    kind, optional = value_type(annotation)
    if optional and value in (None, "none"):
        return None
    description, convert = _CONVERSIONS[kind]
    try:
        return convert(value)
    except ValueError as error:
        raise ValueError(f"{description} or none" if optional else description) from error


def value_type(annotation: Any) -> tuple[type, bool]:
    """Return the type of a setting's values, and whether None is allowed as well."""
    members = [
        member if isinstance(member, type) else type(member)
        for member in get_args(annotation) or [annotation]
    ]
    return members[0], NoneType in members


def requirement(field: FieldInfo) -> str:
    """Describe the values that a setting allows, to follow `it must be`; "" if its type is the only limit."""
    choices = [choice for choice in get_args(field.annotation) if not isinstance(choice, type)]
    if choices:
        return f"one of {', '.join(map(str, choices))}"
    limits = {
        name: getattr(limit, name)
        for limit in field.metadata
        for name in ("ge", "le", "gt")
        if hasattr(limit, name)
    }
    if "le" in limits:
        return f"between {limits['ge']} and {limits['le']}"
    if limits:
        return f"at least {limits['ge']}" if "ge" in limits else f"greater than {limits['gt']}"
    return field.title or ""  # of a pattern


def error_message(fields: Mapping[str, FieldInfo], error: ValidationError) -> str:
    """Describe the first invalid setting in a sentence: its name, its value, and what it must be."""
    first = error.errors()[0]
    name = f"{first['loc'][0]}"
    if name not in fields:
        return f"There is no setting {name}. The settings are {', '.join(fields)}."
    reason = first.get("ctx", {}).get("error") or requirement(fields[name])
    return f"The setting {name} is {first['input']!r}; it must be {reason}."


def _to_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 -- a failed conversion is always a ValueError
    return value


def _to_boolean(value: object) -> bool:
    for boolean in (True, False):
        if value is boolean or value == str(boolean).lower():
            return boolean
    raise ValueError(value)


def _to_integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)  # noqa: TRY004 -- a failed conversion is always a ValueError
    return int(value)


def _to_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)  # noqa: TRY004 -- a failed conversion is always a ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_CONVERSIONS: Final[dict[type, tuple[str, Callable[[object], Any]]]] = {
    str: ("a text that isn't empty", _to_text),
    bool: ("true or false", _to_boolean),
    int: ("a whole number", _to_integer),
    float: ("a number", _to_number),
}
