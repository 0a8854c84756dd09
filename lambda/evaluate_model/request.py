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
    promote
        Whether a promotion is asked for.
    minimum_pwll
        The minimum of the execution, or None.
    accept_new_vocabulary
        Whether a model over other words may replace the one that serves.
    test_split
        The identity of the test documents; None, as is the dataset, where nothing was trained.
    channels, content_type
        Where the documents are, and the content type of their objects.
    execution
        Its arn and name.
    """

    promote_training_job: str | None
    promote: bool
    minimum_pwll: float | None
    accept_new_vocabulary: bool
    dataset: str | None
    test_split: str | None
    channels: Mapping[str, str] | None
    content_type: str | None
    started_by: str
    runs: Sequence[Run]
    execution: Mapping[str, str]

    def folder(self, split: str) -> str:
        """Return the prefix of the documents of a split in the data bucket."""
        _, _, key = (self.channels or {})[split].removeprefix("s3://").partition("/")
        return key


def parse(event: Mapping[str, Any]) -> Request:
    """Parse the event of an invocation."""
    names = (
        *("promote_training_job", "promote", "minimum_pwll", "accept_new_vocabulary"),
        *("dataset", "test_split", "channels", "content_type", "started_by"),
    )
    return Request(
        **{name: event["input"][name] for name in names},
        runs=[Run.parse(run) for run in event["runs"]],
        execution=event["execution"],
    )
