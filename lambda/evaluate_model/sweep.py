"""Loads the candidates of an execution: the best one, and the diagnostics of all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from common.errors import EvaluationError
from common.messages import numbered
from evaluate_model.candidate import Candidate, load_candidate, rank, reason_unscored
from evaluate_model.topics.diagnostics import with_words
from evaluate_model.topics.model_reader import read_diagnostics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket
    from evaluate_model.request import Run

# After these seconds of the function's ten minutes, no further model is read for its diagnostics alone.
_READING_SECONDS: Final = 240


@dataclass(frozen=True)
class Sweep:
    """The candidates of an execution.

    Attributes
    ----------
    chosen
        The best candidate whose model can be read.
    completed
        Every candidate whose training job is completed, in the order of the runs.
    diagnostics
        By training job; missing for a candidate that wasn't chosen when the time to read models is over.
    obstacles
        By training job: why a run couldn't be chosen.
    """

    chosen: Candidate
    completed: Sequence[Candidate]
    diagnostics: Mapping[str, dict[str, Any]]
    obstacles: Mapping[str, str]


@dataclass
class _ModelReader:
    """Reads the models of one dataset, and records which aren't usable."""

    bucket: Bucket
    vocabulary: list[str] | None
    obstacles: dict[str, str]
    diagnostics: dict[str, dict[str, Any]] = field(default_factory=dict)

    def read(self, candidate: Candidate) -> bool:
        """Read and diagnose a model; return whether it is usable."""
        try:
            diagnostics = read_diagnostics(self.bucket, candidate.model_data_url)
        except EvaluationError as error:
            self.obstacles[candidate.training_job] = str(error)
            return False
        self.diagnostics[candidate.training_job] = with_words(diagnostics, self.vocabulary)
        return True

    def read_others(self, candidates: Sequence[Candidate], deadline: float) -> None:
        """Read the models that haven't been read and have no obstacle, until the deadline."""
        for candidate in candidates:
            known = self.diagnostics.keys() | self.obstacles.keys()
            if candidate.training_job not in known and time.monotonic() < deadline:
                self.read(candidate)


def load_sweep(
    sagemaker: SageMakerClient, bucket: Bucket, runs: Sequence[Run], vocabulary: list[str] | None
) -> Sweep:
    """Choose the run with the highest pwll, and read the models.

    Parameters
    ----------
    sagemaker, bucket
        Where the jobs and the models are read.
    runs
        The training jobs of the execution.
    vocabulary
        The words of the dataset that all of them were trained on, if known.

    Raises
    ------
    EvaluationError
        When none of them can be chosen; the text has the reason of every run.
    """
    deadline = time.monotonic() + _READING_SECONDS
    completed = [load_candidate(sagemaker, run.training_job) for run in runs if run.completed]
    obstacles = {run.training_job: run.reason for run in runs if not run.completed}
    obstacles |= {
        candidate.training_job: reason_unscored(candidate)
        for candidate in completed
        if candidate.pwll is None
    }
    reader = _ModelReader(bucket, vocabulary, obstacles)
    chosen = next((candidate for candidate in rank(completed) if reader.read(candidate)), None)
    if chosen is None:
        reasons = list(reader.obstacles.values())
        raise EvaluationError(numbered(reasons, "None of the {} candidates can be promoted"))
    reader.read_others(completed, deadline)
    return Sweep(chosen, completed, reader.diagnostics, reader.obstacles)
