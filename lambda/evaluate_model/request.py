"""The event that the state machine passes to the function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Run:
    """A training job of the execution that ended; `reason` is "" for one that is completed."""

    training_job: str
    num_topics: int
    alpha0: float
    completed: bool
    reason: str

    @classmethod
    def parse(cls, run: Mapping[str, Any]) -> Self:
        """Parse one run as the state machine collected it."""
        return cls(
            training_job=run["training_job"],
            num_topics=int(run["hyperparameters"]["num_topics"]),
            alpha0=float(run["hyperparameters"]["alpha0"]),
            completed=run["completed"],
            reason=run.get("reason", ""),
        )


@dataclass(frozen=True)
class Request:
    """The event: the input as InspectDataset normalised it, the runs, and the execution.

    Attributes
    ----------
    promote_training_job
        The training job whose model is promoted without a comparison, or None.
    minimum_pwll
        The minimum of the execution, or None.
    test_split
        The checksum of the test documents; None, as is the dataset, where nothing was trained.
    execution
        Its arn and name.
    """

    promote_training_job: str | None
    minimum_pwll: float | None
    dataset: str | None
    test_split: str | None
    channels: Mapping[str, str] | None
    started_by: str
    runs: Sequence[Run]
    execution: Mapping[str, str]


def parse(event: Mapping[str, Any]) -> Request:
    """Parse the event of an invocation."""
    names = ("promote_training_job", "minimum_pwll", "dataset", "test_split", "channels", "started_by")
    return Request(
        **{name: event["input"][name] for name in names},
        runs=[Run.parse(run) for run in event["runs"]],
        execution=event["execution"],
    )
