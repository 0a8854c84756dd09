"""A reader of JSON documents whose errors name the place of a value in the document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from common.messages import as_json

_ROOT: Final = "it"
_LARGEST: Final = 2**53  # Up to here every reader of JSON takes a whole number for the same.


class JsonError(ValueError):
    """The document isn't JSON, or a value is missing or of another type; the text names it."""


@dataclass(frozen=True)
class JsonValue:
    """A value of a JSON document, and its path from the root."""

    value: Any
    path: str = _ROOT

    def __getitem__(self, name: str) -> JsonValue:
        """Return a member of an object.

        Raises
        ------
        JsonError
            When the value isn't an object or has no such member.
        """
        if not isinstance(self.value, dict):
            raise self._error("an object such as {}")
        if name not in self.value:
            raise JsonError(f"{self.path} has no {name}")
        return JsonValue(self.value[name], name if self.path == _ROOT else f"{self.path}.{name}")

    def get(self, name: str) -> JsonValue | None:
        """Return a member of an object; None where it is missing or null."""
        if isinstance(self.value, dict) and self.value.get(name) is None:
            return None
        return self[name]

    def elements(self) -> list[JsonValue]:
        """Return the elements of a list."""
        if not isinstance(self.value, list):
            raise self._error("a list")
        return [JsonValue(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def whole_number(self) -> int:
        """Return a number that counts something."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
            raise self._error(f"a whole number from 0 to {_LARGEST}")
        return value

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise self._error("a text")
        return self.value

    def _error(self, expected: str) -> JsonError:
        return JsonError(f"{self.path} must be {expected}, not {as_json(self.value)}")


def read_json(content: bytes) -> JsonValue:
    """Read a JSON document.

    Raises
    ------
    JsonError
        When it isn't one.
    """
    try:
        return JsonValue(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise JsonError("it isn't JSON") from error
