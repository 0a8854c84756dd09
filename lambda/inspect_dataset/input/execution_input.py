"""Parses the execution's input: checks its fields, fills in the settings, and lists the candidates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from common.input_fields import CheckedInput, check_fields
from inspect_dataset.input import candidates
from inspect_dataset.input.candidates import Combination
from inspect_dataset.input.fields import FIELDS, dataset_of

_TRAINING_FIELDS: Final = (
    *("dataset", "manifest", "num_topics", "alpha0"),
    *("max_restarts", "max_iterations", "tol"),
)
_PASSED_THROUGH: Final = (
    *("promote", "minimum_pwll", "require_promotion"),
    *("dry_run", "promote_training_job", "started_by"),
)
# The fields that no setting stands in for.
_DEFAULTS: Final = {"manifest": None, "dry_run": False, "promote_training_job": None, "started_by": ""}


@dataclass(frozen=True)
class Request:
    """What an execution asks for.

    Attributes
    ----------
    fields
        All valid fields, by name; `dataset` is missing where two were named.
    combinations
        What is varied from candidate to candidate; empty where one of the two fields isn't valid.
    problems
        A sentence for each thing that is wrong with the input.
    """

    fields: Mapping[str, Any]
    combinations: list[Combination]
    problems: list[str]

    @property
    def dataset(self) -> str | None:
        """The dataset to train on; None where it isn't clear which is meant."""
        return self.fields.get("dataset")

    @property
    def promote_training_job(self) -> str | None:
        """The training job whose model is promoted instead of training one."""
        return self.fields.get("promote_training_job")

    @property
    def promotes(self) -> bool:
        """Whether the endpoint may be created or updated."""
        return bool(self.fields.get("promote", True))

    def passed_through(self) -> dict[str, Any]:
        """Return the fields that are for later states alone, of a request without problems."""
        return {name: self.fields[name] for name in _PASSED_THROUGH}


def parse(execution_input: Any, defaults: Mapping[str, Any]) -> Request:
    """Return what an execution asks for, by its input or else by the settings.

    Parameters
    ----------
    execution_input
        As the execution was started.
    defaults
        The settings that stand in for fields, by the names of the fields.

    Raises
    ------
    InvalidInputError
        When the input isn't an object.
    """
    checked = check_fields(execution_input, FIELDS)
    merged = {**_DEFAULTS, **defaults, **checked.given}
    valid = {name: merged[name] for name in FIELDS if name not in checked.invalid}
    problems = checked.problems + _contradictions(checked.given, valid)
    if not valid.get("promote_training_job"):
        problems += candidates.problems(valid)
    return Request(_with_dataset(checked, valid), candidates.combinations(valid), problems)


def _contradictions(given: Mapping[str, Any], valid: Mapping[str, Any]) -> list[str]:
    problems = []
    if "dataset" in given and "manifest" in given:
        problems.append(
            "The execution's input names a dataset and a manifest, which may be two datasets. Leave one of "
            "the two out."
        )
    if valid.get("promote_training_job"):
        problems += _contradictions_of_promotion(given)
    elif valid.get("require_promotion") and valid.get("promote") is False:
        problems.append(
            "The execution's input asks for require_promotion while promote is false: nothing would be "
            "promoted, and so every such execution would fail. Leave one of the two out."
        )
    return problems


def _contradictions_of_promotion(given: Mapping[str, Any]) -> list[str]:
    problems = []
    if training := [name for name in _TRAINING_FIELDS if name in given]:
        problems.append(
            "The execution's input asks for promote_training_job, which trains nothing: leave out "
            f"{', '.join(training)}."
        )
    if given.get("promote") is False:
        problems.append(
            "The execution's input asks for promote_training_job while promote is false. Leave one of the "
            "two out."
        )
    return problems


def _with_dataset(checked: CheckedInput, valid: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the manifest by its dataset, and leave both out where it isn't clear which is meant."""
    fields = {name: value for name, value in valid.items() if name not in {"dataset", "manifest"}}
    name = "manifest" if "manifest" in checked.given else "dataset"
    ambiguous = checked.given.keys() >= {"dataset", "manifest"}
    if ambiguous or name not in valid or "promote_training_job" not in valid:
        return fields
    return {**fields, "dataset": dataset_of(valid[name]) if name == "manifest" else valid[name]}
