"""A model that was trained, as its training job describes it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

METRIC: Final = "test:pwll"
_MODEL_URL: Final = re.compile(r"s3://[^/]+/models/(?P<open>open/)?(?P<job>[^/]+)/output/model\.tar\.gz")


class EvaluationError(ValueError):
    """A model can't be judged; the text is a sentence for whoever started the execution."""


@dataclass(frozen=True)
class Candidate:
    """A model, with what its training job was given and reported.

    Attributes
    ----------
    training_job
        The job's name.
    model_data_url
        Where the model lies.
    created
        When the job was created, in ISO 8601 and UTC.
    hyperparameters
        As SageMaker was given them: text.
    metrics
        The job's final metrics.
    """

    training_job: str
    model_data_url: str
    created: str
    hyperparameters: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def pwll(self) -> float | None:
        """The per-word log-likelihood of the test documents, or None where it is missing or not finite."""
        return finite(self.metrics.get(METRIC))

    @property
    def num_topics(self) -> int:
        """How many topics were asked for."""
        return int(self.hyperparameters["num_topics"])

    @property
    def alpha0(self) -> float:
        """The sum of the prior that was asked for; SageMaker's default where none was."""
        return float(self.hyperparameters.get("alpha0", 1.0))

    @property
    def is_open(self) -> bool:
        """Whether the open algorithm trained it, which the place of its model says."""
        return trained_by_open(self.model_data_url)


def described(job: Mapping[str, Any]) -> Candidate:
    """Return the model of a training job that is completed, from SageMaker's description of the job."""
    return Candidate(
        training_job=job["TrainingJobName"],
        model_data_url=job["ModelArtifacts"]["S3ModelArtifacts"],
        created=job["CreationTime"].astimezone(UTC).isoformat(),
        hyperparameters=job["HyperParameters"],
        metrics={metric["MetricName"]: metric["Value"] for metric in job.get("FinalMetricDataList", [])},
    )


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates that have a pwll, best first; of equal ones, first those of fewer topics."""
    scored = (candidate for candidate in candidates if candidate.pwll is not None)
    return sorted(scored, key=lambda candidate: (-score(candidate), candidate.num_topics))


def score(candidate: Candidate) -> float:
    """Return the pwll of a candidate that must have one.

    Raises
    ------
    EvaluationError
        When it has none; the text says why.
    """
    if candidate.pwll is None:
        raise EvaluationError(why_unscored(candidate))
    return candidate.pwll


def why_unscored(candidate: Candidate) -> str:
    """Return why a candidate has no pwll, as a sentence; "" where it has one."""
    name = f"The training job {candidate.training_job}"
    if METRIC not in candidate.metrics:
        return (
            f"{name} reported no {METRIC}, only {', '.join(candidate.metrics) or 'nothing'}. "
            "Its log, in /aws/sagemaker/TrainingJobs, says whether it scored the test channel."
        )
    if candidate.pwll is None:
        return (
            f"{name} reported {METRIC} = {candidate.metrics[METRIC]}, which is no finite number: the model "
            "gives some test word no probability at all. Its log is in /aws/sagemaker/TrainingJobs."
        )
    return ""


def training_job_of(model_data_url: str) -> str | None:
    """Return the training job behind a model's url; None when the url isn't laid out as ours are."""
    match = _MODEL_URL.fullmatch(model_data_url)
    return match["job"] if match else None


def trained_by_open(model_data_url: str) -> bool:
    """Return whether a model's url is one of the open algorithm's."""
    match = _MODEL_URL.fullmatch(model_data_url)
    return bool(match and match["open"])


def finite(value: Any) -> float | None:
    """Return a finite number as it is, and None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_number else None
