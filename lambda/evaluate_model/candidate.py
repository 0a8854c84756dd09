"""A model that was trained, as its training job describes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker.client import SageMakerClient

METRIC: Final = "test:pwll"


@dataclass(frozen=True)
class Candidate:
    """A model, with the hyperparameters and the metrics of its training job.

    Attributes
    ----------
    training_job
        The job's name.
    model_data_url
        The URL of the model's archive.
    created
        When the job was created, in ISO 8601 and UTC.
    hyperparameters
        The job's hyperparameters: text.
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
        return finite_or_none(self.metrics.get(METRIC))

    @property
    def feature_dim(self) -> int:
        """How many words the vocabulary has."""
        return int(self.hyperparameters["feature_dim"])

    @property
    def num_topics(self) -> int:
        """How many topics the model has."""
        return int(self.hyperparameters["num_topics"])


def load_candidate(sagemaker: SageMakerClient, training_job: str) -> Candidate:
    """Return the model of a training job that is completed."""
    return from_description(sagemaker.describe_training_job(TrainingJobName=training_job))


def from_description(job: Mapping[str, Any]) -> Candidate:
    """Return the model of a training job that is completed, from SageMaker's description of the job."""
    return Candidate(
        training_job=job["TrainingJobName"],
        model_data_url=job["ModelArtifacts"]["S3ModelArtifacts"],
        created=job["CreationTime"].astimezone(UTC).isoformat(),
        hyperparameters=job["HyperParameters"],
        metrics={metric["MetricName"]: metric["Value"] for metric in job.get("FinalMetricDataList", [])},
    )


def reason_unscored(candidate: Candidate) -> str:
    """Return why a candidate has no pwll, as a sentence; "" where it has one."""
    name = f"The training job {candidate.training_job}"
    if METRIC not in candidate.metrics:
        return (
            f"{name} reported no {METRIC}, only {', '.join(candidate.metrics) or 'nothing'}. "
            "Its log, in /aws/sagemaker/TrainingJobs, shows whether it scored the test channel."
        )
    if candidate.pwll is None:
        return (
            f"{name} reported {METRIC} = {candidate.metrics[METRIC]}, which isn't a finite number: the model "
            "gives some test word no probability at all. Its log is in /aws/sagemaker/TrainingJobs."
        )
    return ""


def finite_or_none(value: Any) -> float | None:
    """Return a finite number unchanged, and None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_number else None
