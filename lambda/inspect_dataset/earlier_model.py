"""The model of an earlier training job, which is to be promoted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found
from common.resource_names import model_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket

_MAX_SMOKE_TEST_WORDS: Final = 20


def load(client: SageMakerClient, training_job: str, prefix: str) -> tuple[dict[str, Any], list[str]]:
    """Return SageMaker's description of a training job, or the problem that there is none."""
    if not training_job.startswith(f"{prefix}-"):
        return {}, [
            (
                f"The training job {training_job!r} isn't one of this deployment: their names begin with "
                f"{prefix}-."
            )
        ]
    try:
        return dict(client.describe_training_job(TrainingJobName=training_job)), []
    except ClientError as error:
        if not is_not_found(error):
            raise
        message = error.response["Error"].get("Message", "").rstrip(".")
        return {}, [
            (
                f"There is no training job {training_job!r} ({message}). Name one of those that "
                "`python -m client history` lists."
            )
        ]


def problems(job: Mapping[str, Any], bucket: Bucket, algorithm: str) -> list[str]:
    """Return why the model of a training job can't be promoted."""
    name = job["TrainingJobName"]
    if job["TrainingJobStatus"] != "Completed":
        reason = f" ({job['FailureReason']})" if job.get("FailureReason") else ""
        return [
            f"The training job {name!r} is {job['TrainingJobStatus']}{reason}: it left no model to promote."
        ]
    key = model_key(name, algorithm)
    url = job.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    if url != f"s3://{bucket.name}/{key}":
        return [
            (
                f"The model of the training job {name!r} is at {url or 'no URL'}; a model of the algorithm "
                f"{algorithm!r}, which this deployment serves, would be at s3://{bucket.name}/{key}."
            )
        ]
    if bucket.describe_or_none(key) is None:
        return [f"The model of the training job {name!r} is gone: {url} doesn't exist."]
    if not job.get("HyperParameters", {}).get("feature_dim", "").isdecimal():
        return [f"The training job {name!r} has no hyperparameter feature_dim: it trained no topic model."]
    return []


def feature_dim(job: Mapping[str, Any]) -> int:
    """Return the size of the vocabulary of a training job without problems."""
    return int(job["HyperParameters"]["feature_dim"])


def smoke_test(words: int) -> dict[str, list[int] | list[float]]:
    """Return a small document over the model's vocabulary, since its dataset may be gone."""
    keys = list(range(min(_MAX_SMOKE_TEST_WORDS, words)))
    return {"keys": keys, "values": [1.0] * len(keys), "shape": [words]}
