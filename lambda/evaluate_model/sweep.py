"""The candidates of one execution: which one is the best, and what the topics of each look like."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from evaluate_model.candidate import METRIC, Candidate, EvaluationError, ranked, score, why_unscored
from evaluate_model.topics.diagnostics import with_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.services import Services
    from evaluate_model.store import Store

Run = dict[str, Any]
# Of the function's ten minutes: after these, no further model is read for its diagnostics alone.
_READING_SECONDS: Final = 240
_REASON_AT_MOST: Final = 500


@dataclass(frozen=True)
class Sweep:
    """What the runs of an execution came to.

    Attributes
    ----------
    chosen
        The best candidate whose model can be read.
    completed
        Every candidate whose training job is completed, in the order of the runs.
    diagnostics
        By training job; a candidate that nobody chose may lack them for want of time.
    obstacles
        By training job: why a run couldn't be chosen.
    """

    chosen: Candidate
    completed: Sequence[Candidate]
    diagnostics: Mapping[str, dict[str, Any]]
    obstacles: Mapping[str, str]

    def why_not(self, candidate: Candidate) -> str:
        """Return why a candidate other than the chosen one wasn't chosen, as a sentence."""
        if obstacle := self.obstacles.get(candidate.training_job):
            return obstacle
        return (
            f"Another candidate of the same execution was chosen: {METRIC} {score(candidate):.6g} against "
            f"{score(self.chosen):.6g} of {self.chosen.training_job}."
        )

    def rows(self, runs: Sequence[Run]) -> list[Run]:
        """Return the table of all runs."""
        pwll = {candidate.training_job: candidate.pwll for candidate in self.completed}
        return [
            {
                "training_job": run["training_job"],
                "num_topics": int(run["hyperparameters"]["num_topics"]),
                "alpha0": float(run["hyperparameters"]["alpha0"]),
                "pwll": pwll.get(run["training_job"]),
                "reason": self.obstacles.get(run["training_job"], "")[:_REASON_AT_MOST],
            }
            for run in runs
        ]


@dataclass
class _Reader:
    """Reads models of one dataset, and remembers which aren't usable."""

    store: Store
    words: list[str] | None
    diagnostics: dict[str, dict[str, Any]] = field(default_factory=dict)
    obstacles: dict[str, str] = field(default_factory=dict)

    def read(self, candidate: Candidate) -> bool:
        """Diagnose a model; return whether it is one."""
        try:
            found = self.store.diagnostics(candidate.model_data_url)
        except EvaluationError as error:
            self.obstacles[candidate.training_job] = str(error)
            return False
        self.diagnostics[candidate.training_job] = with_words(found, self.words)
        return True


def hold(services: Services, runs: Sequence[Run], dataset: str) -> Sweep:
    """Choose the run with the highest pwll, and read the models.

    Parameters
    ----------
    services
        Where the jobs, the models and the vocabulary are.
    runs
        As the machine collected them: completed, or not and why.
    dataset
        What all of them learned from.

    Raises
    ------
    EvaluationError
        When none of them can be chosen; the text holds every run's reason.
    """
    begin = time.monotonic()
    completed = [services.candidate(run["training_job"]) for run in runs if run["completed"]]
    reader = _Reader(services.store, services.store.vocabulary(dataset))
    reader.obstacles.update({run["training_job"]: run["reason"] for run in runs if not run["completed"]})
    reader.obstacles.update({one.training_job: why_unscored(one) for one in completed if one.pwll is None})
    chosen = next((candidate for candidate in ranked(completed) if reader.read(candidate)), None)
    if chosen is None:
        raise EvaluationError(_all_reasons(list(reader.obstacles.values())))
    for candidate in completed:
        read = reader.diagnostics.keys() | reader.obstacles.keys()
        if candidate.training_job not in read and time.monotonic() - begin < _READING_SECONDS:
            reader.read(candidate)
    return Sweep(chosen, completed, reader.diagnostics, reader.obstacles)


def _all_reasons(reasons: list[str]) -> str:
    if len(reasons) == 1:
        return reasons[0]
    listed = " ".join(f"({number}) {reason}" for number, reason in enumerate(reasons, 1))
    return f"None of the {len(reasons)} candidates can be promoted: {listed}"
