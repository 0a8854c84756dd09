"""What an execution may be started with: its fields, their checks, and what stands in for those left out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.messages import InvalidInputError, cut, few
from inspect_dataset.input.fields import FIELDS, dataset_of

COMMENT: Final = "Comment"  # The console prefills it.
_TRAINING: Final = (
    *("dataset", "manifest", "num_topics", "alpha0"),
    *("max_restarts", "max_iterations", "tol"),
)
_PASSED_THROUGH: Final = (
    *("promote", "minimum_pwll", "require_promotion"),
    *("dry_run", "promote_training_job", "started_by"),
)
# Settings have no say in these.
_LEFT_OUT: Final = {"manifest": None, "dry_run": False, "promote_training_job": None, "started_by": ""}


@dataclass(frozen=True)
class Request:
    """What an execution asks for.

    Attributes
    ----------
    fields
        All that could be understood, by name; `dataset` is missing where two were named.
    problems
        A sentence for each thing that is wrong with the rest.
    """

    fields: dict[str, Any]
    problems: list[str]

    def passed_through(self) -> dict[str, Any]:
        """Return the fields that are for later states alone, of a request without problems."""
        return {name: self.fields[name] for name in _PASSED_THROUGH}


def read(given: Any, defaults: Mapping[str, Any]) -> Request:
    """Return what an execution asks for, from its input or else from the settings.

    Parameters
    ----------
    given
        The execution's input, as it was started.
    defaults
        What the settings say about the fields.

    Raises
    ------
    InvalidInputError
        When the input isn't an object.
    """
    if not isinstance(given, dict):
        raise InvalidInputError(
            f"The execution's input must be an object such as {{}}, not {_shown(given)}. {_known_fields()}"
        )
    own = {name: value for name, value in given.items() if name != COMMENT}
    ill_typed = [name for name, value in own.items() if name in FIELDS and not FIELDS[name].holds(value)]
    merged = {**_LEFT_OUT, **defaults, **own}
    fields = {name: merged[name] for name in FIELDS if name not in ill_typed}
    problems = _wrong_fields(own, ill_typed) + _contradictions(own, fields)
    return Request(_with_dataset(own, fields), problems)


def _wrong_fields(own: Mapping[str, Any], ill_typed: list[str]) -> list[str]:
    unknown = [
        f"The execution's input has an unknown field {cut(repr(name))}." for name in own if name not in FIELDS
    ]
    wrong = few(unknown, "fields") + [
        f"The field {name} of the execution's input is {_shown(own[name])}; it must be {FIELDS[name].words}."
        for name in ill_typed
    ]
    return [*wrong[:-1], f"{wrong[-1]} {_known_fields()}"] if wrong else []


def _contradictions(own: Mapping[str, Any], fields: Mapping[str, Any]) -> list[str]:
    found = []
    if "dataset" in own and "manifest" in own:
        found.append(
            "The execution's input names a dataset and a manifest, which may be two datasets. Leave one of "
            "the two out."
        )
    if fields.get("promote_training_job"):
        found += _beside_an_earlier_model(own)
    elif fields.get("require_promotion") and fields.get("promote") is False:
        found.append(
            "The execution's input asks for require_promotion while promote is false: nothing would be "
            "promoted, and so every such execution would fail. Leave one of the two out."
        )
    return found


def _beside_an_earlier_model(own: Mapping[str, Any]) -> list[str]:
    found = []
    if training := [name for name in _TRAINING if name in own]:
        found.append(
            "The execution's input asks for promote_training_job, which trains nothing: leave out "
            f"{', '.join(training)}."
        )
    if own.get("promote") is False:
        found.append(
            "The execution's input asks for promote_training_job while promote is false. Leave one of the "
            "two out."
        )
    return found


def _with_dataset(own: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Put the name of the manifest's dataset in its place, and none where it isn't clear which is meant."""
    kept = {name: value for name, value in fields.items() if name not in {"dataset", "manifest"}}
    named = "manifest" if "manifest" in own else "dataset"
    unclear = ("dataset" in own and "manifest" in own) or "promote_training_job" not in fields
    if unclear or named not in fields:
        return kept
    return {**kept, "dataset": dataset_of(fields[named]) if named == "manifest" else fields[named]}


def _known_fields() -> str:
    return f"The known fields are {', '.join(FIELDS)}; {COMMENT} is ignored."


def _shown(value: Any) -> str:
    return cut(json.dumps(value, ensure_ascii=False))
