"""How a setting is read from CDK context: typed, checked, and refused with a sentence."""

import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


class SettingsError(ValueError):
    """A setting is wrong; the text is a sentence for the person who set it."""


@dataclass(frozen=True)
class Check:
    """What a value must fulfil, as a test and in the words that follow `it must be`."""

    holds: Callable[[Any], bool]
    words: str


@dataclass(frozen=True)
class Knob:
    """One setting: a sentence of documentation and what its value must fulfil.

    Stands in the annotation of a field, ``Annotated[int, Knob("How many ...", at_least(1))]``.
    """

    documentation: str
    check: Check


def at_least(smallest: float) -> Check:
    """Accept numbers from `smallest` on."""
    return Check(lambda value: bool(value >= smallest), f"at least {smallest}")


def between(smallest: float, largest: float) -> Check:
    """Accept numbers from `smallest` to `largest`, both included."""
    return Check(lambda value: smallest <= value <= largest, f"between {smallest} and {largest}")


def positive() -> Check:
    """Accept numbers above zero."""
    return Check(lambda value: bool(value > 0), "greater than 0")


def one_of(*values: object) -> Check:
    """Accept the values given, and no other."""
    return Check(lambda value: value in values, "one of " + ", ".join(map(str, values)))


def matching(pattern: str, words: str) -> Check:
    """Accept text that `pattern` matches as a whole; `words` say the same in English."""
    return Check(lambda value: re.fullmatch(pattern, value) is not None, words)


def anything() -> Check:
    """Accept every value of the field's type."""
    return Check(lambda _: True, "set")


def knobs(settings: type) -> dict[str, Knob]:
    """Return the knob of every field of a settings class, by its name."""
    hints = typing.get_type_hints(settings, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}


def check(name: str, knob: Knob, value: object) -> None:
    """Refuse a value that the knob's check refuses; None, where the type allows it, is never checked.

    Raises
    ------
    SettingsError
        Naming the setting, its value and what it must be.
    """
    if value is not None and not knob.check.holds(value):
        raise SettingsError(f"The setting {name} is {value!r}; it must be {knob.check.words}.")


def parse(settings: type, given: Mapping[str, object]) -> dict[str, Any]:
    """Turn what stood on the command line or in cdk.json into values of the fields' types.

    Raises
    ------
    SettingsError
        Naming an unknown setting, with the known ones, or a value that isn't of the setting's type.
    """
    hints = typing.get_type_hints(settings)
    known = list(knobs(settings))
    for name in given:
        if name not in known:
            raise SettingsError(f"There is no setting {name}. The settings are {', '.join(known)}.")
    return {name: _typed(name, hints[name], value) for name, value in given.items()}


def _typed(name: str, hint: Any, value: object) -> Any:
    """Convert one value; `none` stands for None where the field may hold it."""
    members = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if type(None) in members and value in (None, "none"):
        return None
    kind = next(member for member in members if member is not type(None))
    words, convert = _CONVERSIONS[kind]
    try:
        return convert(value)
    except ValueError as error:
        optional = " or none" if type(None) in members else ""
        raise SettingsError(f"The setting {name} is {value!r}; it must be {words}{optional}.") from error


def _to_text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _to_boolean(value: object) -> bool:
    # `-c` gives text, cdk.json may hold a JSON boolean.
    for boolean in (True, False):
        if value is boolean or value == str(boolean).lower():
            return boolean
    raise ValueError(value)


def _to_integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)  # noqa: TRY004 -- every refusal of a conversion is a ValueError
    return int(value)


def _to_number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(value)  # noqa: TRY004 -- every refusal of a conversion is a ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


_CONVERSIONS: dict[type, tuple[str, Callable[[object], Any]]] = {
    str: ("a text that isn't empty", _to_text),
    bool: ("true or false", _to_boolean),
    int: ("a whole number", _to_integer),
    float: ("a number", _to_number),
}
