"""The errors of the functions; the state machines handle them by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from common.messages import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence


class UserError(ValueError):
    """An error whose text is for the user who started the execution: what is wrong, where, what to do."""


class InvalidInputError(UserError):
    """The execution's input, or the dataset, model or instances that it asks for, can't be used."""

    @classmethod
    def of(cls, problems: Sequence[str]) -> Self:
        """Return one error that lists all problems, so that a user can correct them in one step."""
        return cls(numbered(problems, "{} problems"))


class EvaluationError(UserError):
    """No model can be evaluated."""


class SmokeTestError(UserError):
    """The endpoint doesn't answer as it must."""
