"""Reads and scores the candidates of an execution and the model that serves, all on the same documents."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from common.errors import EvaluationError
from common.messages import numbered
from evaluate_model.candidate import Candidate, load_candidate, reason_unscored
from evaluate_model.completion.coherence import with_coherence
from evaluate_model.completion.held_out import Sample, count_copies, load_sample
from evaluate_model.completion.score import Score, score
from evaluate_model.rules.selection import EvaluatedModel, Selection, select
from evaluate_model.topics.diagnostics import with_words
from evaluate_model.topics.model_reader import ReadModel, read_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.request import Request

# After these seconds of the function's fifteen minutes, no further candidate is read.
_READING_SECONDS: Final = 480
# Pairs of a document's word and a topic, for all models together: some minutes of one processor.
_MAX_OPERATIONS: Final = 30_000_000
# The share of scored documents that may be copies of training documents without a warning.
_MAX_COPIES: Final = 0.01


@dataclass(frozen=True)
class Sweep:
    """The candidates of an execution.

    Attributes
    ----------
    completed
        Every candidate whose training job is completed, in the order of the runs.
    models
        Those that were read, by training job.
    selection
        The best of them.
    obstacles
        By training job: why a run couldn't be chosen.
    sample
        The documents that they were scored on.
    incumbent_model, incumbent_score
        The model that serves, None if it can't be read, and its score on the same documents, None if it can't
        be had.
    warnings
        Sentences about the documents.
    """

    completed: Sequence[Candidate]
    models: Mapping[str, EvaluatedModel]
    selection: Selection
    obstacles: Mapping[str, str]
    sample: Sample
    incumbent_model: ReadModel | None
    incumbent_score: Score | None
    warnings: Sequence[str]


@dataclass
class _ModelReader:
    """Reads the models of one dataset, and records which aren't usable."""

    bucket: Bucket
    vocabulary: list[str] | None
    sample: Sample
    feature_dim: int
    obstacles: dict[str, str]
    models: dict[str, EvaluatedModel] = field(default_factory=dict)

    def read_all(self, candidates: Sequence[Candidate], deadline: float) -> None:
        """Read the candidates until the deadline, those with few topics first."""
        for candidate in sorted(candidates, key=lambda candidate: candidate.num_topics):
            if time.monotonic() < deadline or not self.models:
                self._read(candidate)
            else:
                self.obstacles[candidate.training_job] = (
                    f"The time to score models was over before that of {candidate.training_job}; "
                    "promote_training_job promotes it."
                )

    def _read(self, candidate: Candidate) -> None:
        try:
            model, found = self.score(candidate.model_data_url)
        except EvaluationError as error:
            self.obstacles[candidate.training_job] = str(error)
            return
        if found is None and candidate.pwll is None:
            self.obstacles[candidate.training_job] = reason_unscored(candidate)
            return
        diagnostics = with_coherence(with_words(model.diagnostics, self.vocabulary), self.sample)
        self.models[candidate.training_job] = EvaluatedModel(candidate, diagnostics, found, model.topics)

    def score(self, model_data_url: str) -> tuple[ReadModel, Score | None]:
        """Return a model and its score; None if it has other words, or there are no documents."""
        model = read_model(self.bucket, model_data_url, self.sample.words, self.feature_dim)
        return model, score(model, self.sample) if model.columns else None


def load_sweep(
    sagemaker: SageMakerClient,
    bucket: Bucket,
    request: Request,
    vocabulary: list[str] | None,
    incumbent: Incumbent | None,
) -> Sweep:
    """Score the models of the runs, and select the best.

    Parameters
    ----------
    sagemaker, bucket
        Where the jobs and the models are read.
    request
        The event of the function, with the runs and the test documents.
    vocabulary
        The words of the dataset that all of them were trained on, if known.
    incumbent
        The model that serves.

    Raises
    ------
    EvaluationError
        When none of them can be chosen; the text has the reason of every run.
    """
    deadline = time.monotonic() + _READING_SECONDS
    completed = [load_candidate(sagemaker, run.training_job) for run in request.runs if run.completed]
    obstacles = {run.training_job: run.reason for run in request.runs if not run.completed}
    feature_dim = completed[0].feature_dim
    topics = sum(candidate.num_topics for candidate in completed) + (incumbent.num_topics if incumbent else 0)
    sample = load_sample(
        bucket, request.folder("test"), request.content_type or "", feature_dim, _MAX_OPERATIONS // topics
    )
    reader = _ModelReader(bucket, vocabulary, sample, feature_dim, obstacles)
    reader.read_all(completed, deadline)
    if not reader.models:
        reasons = list(reader.obstacles.values())
        raise EvaluationError(numbered(reasons, "None of the {} candidates can be promoted"))
    return Sweep(
        completed,
        reader.models,
        select(list(reader.models.values())),
        reader.obstacles,
        sample,
        *_score_incumbent(reader, incumbent),
        _copies_warning(bucket, request, feature_dim, sample),
    )


def _copies_warning(bucket: Bucket, request: Request, feature_dim: int, sample: Sample) -> list[str]:
    """Return a sentence if too many scored documents are training documents as well."""
    copies, read = count_copies(
        bucket, request.folder("train"), request.content_type or "", feature_dim, sample
    )
    if copies <= _MAX_COPIES * len(sample.documents):
        return []
    return [
        (
            f"{copies} of the {len(sample.documents)} scored test documents have the same words as a "
            f"training document (of {read} that were read): the scores say less about unseen documents. "
            "Remove the copies."
        )
    ]


def _score_incumbent(
    reader: _ModelReader, incumbent: Incumbent | None
) -> tuple[ReadModel | None, Score | None]:
    if incumbent is None or not incumbent.exists(reader.bucket):
        return None, None
    try:
        return reader.score(incumbent.model_data_url)
    except EvaluationError:
        return None, None  # a broken archive must not block every later model
