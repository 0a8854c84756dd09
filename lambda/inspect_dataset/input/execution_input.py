"""Parses the execution's input: checks its fields, fills in the settings, and lists the candidates."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from common.input_fields import CheckedInput, check_fields
from inspect_dataset.input import candidates
from inspect_dataset.input.candidates import Combination
from inspect_dataset.input.fields import AUTO, FIELDS, dataset_of

_TRAINING_FIELDS: Final = (
    *("dataset", "manifest", "num_topics", "alpha0"),
    *("max_restarts", "max_iterations", "tol"),
)
_PASSED_THROUGH: Final = (
    *("promote", "minimum_pwll", "accept_new_vocabulary", "require_promotion"),
    *("dry_run", "promote_training_job", "started_by"),
)
# The defaults of the fields for which there is no setting.
_DEFAULTS: Final = {
    "manifest": None,
    "accept_new_vocabulary": False,
    "dry_run": False,
    "promote_training_job": None,
    "started_by": "",
}


@dataclass(frozen=True)
class Request:
    """The request of an execution.

    Attributes
    ----------
    fields
        All valid fields, by name; `dataset` is missing if the input names two.
    combinations
        The combinations of num_topics and alpha0; empty if one of the two fields isn't valid.
    problems
        A sentence for each problem of the input.
    """

    fields: Mapping[str, Any]
    combinations: list[Combination]
    problems: list[str]

    @property
    def dataset(self) -> str | None:
        """The dataset to train on; None if the input doesn't name exactly one."""
        return self.fields.get("dataset")

    @property
    def promote_training_job(self) -> str | None:
        """The training job whose model is promoted instead of training one."""
        return self.fields.get("promote_training_job")

    @property
    def promotes(self) -> bool:
        """Whether the endpoint may be created or updated."""
        return bool(self.fields.get("promote", True))

    def for_dataset(self, documents: int, words: int) -> Self:
        """Return the request with the numbers of topics that "auto" stands for.

        Parameters
        ----------
        documents, words
            The number of training documents, and of words.
        """
        if self.fields.get("num_topics") != AUTO:
            return self
        fields = {**self.fields, "num_topics": candidates.ladder(documents, words)}
        problems = [*self.problems, *candidates.problems(fields)]
        return replace(self, fields=fields, combinations=candidates.combinations(fields), problems=problems)

    def passed_through(self) -> dict[str, Any]:
        """Return the fields that are for later states alone, of a request without problems."""
        return {name: self.fields[name] for name in _PASSED_THROUGH}


def parse(execution_input: Any, defaults: Mapping[str, Any]) -> Request:
    """Return the request of an execution: its input, completed by the settings.

    Parameters
    ----------
    execution_input
        The input with which the execution was started.
    defaults
        The settings that are the defaults of fields, by the names of the fields.

    Raises
    ------
    InvalidInputError
        When the input isn't an object.
    """
    checked = check_fields(execution_input, FIELDS)
    merged = {**_DEFAULTS, **defaults, **checked.fields}
    valid = {name: merged[name] for name in FIELDS if name not in checked.invalid}
    problems = checked.problems + _contradictions(checked.fields, valid)
    if not valid.get("promote_training_job"):
        problems += candidates.problems(valid)
    return Request(_with_dataset(checked, valid), candidates.combinations(valid), problems)


def _contradictions(fields: Mapping[str, Any], valid: Mapping[str, Any]) -> list[str]:
    problems = []
    if "dataset" in fields and "manifest" in fields:
        problems.append(
            "The execution's input names a dataset and a manifest, which may be two datasets. Leave one of "
            "the two out."
        )
    if valid.get("promote_training_job"):
        problems += _contradictions_of_promotion(fields)
    elif valid.get("require_promotion") and valid.get("promote") is False:
        problems.append(
            "The execution's input asks for require_promotion while promote is false: nothing would be "
            "promoted, and so every such execution would fail. Leave one of the two out."
        )
    return problems


def _contradictions_of_promotion(fields: Mapping[str, Any]) -> list[str]:
    problems = []
    if training := [name for name in _TRAINING_FIELDS if name in fields]:
        problems.append(
            "The execution's input asks for promote_training_job, which trains nothing: leave out "
            f"{', '.join(training)}."
        )
    if fields.get("promote") is False:
        problems.append(
            "The execution's input asks for promote_training_job while promote is false. Leave one of the "
            "two out."
        )
    return problems


def _with_dataset(checked: CheckedInput, valid: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the manifest by its dataset, and leave both out if the input doesn't name exactly one."""
    fields = {name: value for name, value in valid.items() if name not in {"dataset", "manifest"}}
    name = "manifest" if "manifest" in checked.fields else "dataset"
    ambiguous = checked.fields.keys() >= {"dataset", "manifest"}
    if ambiguous or name not in valid or "promote_training_job" not in valid:
        return fields
    return {**fields, "dataset": dataset_of(valid[name]) if name == "manifest" else valid[name]}
