"""The members of a JSON document: what is amiss is told by its place, in words and not in Python's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from common.messages import cut

_LARGEST: Final = 2**53  # Up to here every reader of JSON takes a whole number for the same.


class MemberError(ValueError):
    """A member is missing or of the wrong kind; the text says which."""


@dataclass(frozen=True)
class Member:
    """A value of a JSON document, and where it stands there."""

    value: Any
    place: str = "it"

    def __getitem__(self, name: str) -> Member:
        """Return a member of an object.

        Raises
        ------
        MemberError
            When it isn't there.
        """
        if not isinstance(self.value, dict):
            raise MemberError(f"{self.place} must be an object such as {{}}, not {self._shown()}")
        if name not in self.value:
            raise MemberError(f"{self.place} has no {name}")
        return Member(self.value[name], name if self.place == "it" else f"{self.place}.{name}")

    def each(self) -> list[Member]:
        """Return the members of a list."""
        if not isinstance(self.value, list):
            raise MemberError(f"{self.place} must be a list, not {self._shown()}")
        return [Member(value, f"{self.place}[{number}]") for number, value in enumerate(self.value)]

    def whole_number(self) -> int:
        """Return a number that counts something."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
            raise MemberError(
                f"{self.place} must be a whole number from 0 to {_LARGEST}, not {self._shown()}"
            )
        return value

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise MemberError(f"{self.place} must be a text, not {self._shown()}")
        return self.value

    def _shown(self) -> str:
        return cut(json.dumps(self.value, ensure_ascii=False))


def read(content: bytes) -> Member:
    """Read a JSON document.

    Raises
    ------
    MemberError
        When it is none.
    """
    try:
        return Member(json.loads(content))
    except (ValueError, RecursionError) as error:
        raise MemberError("it isn't JSON") from error
