"""The model of an earlier training job, which is to be promoted again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket
    from inspect_dataset.environment import Environment

_MISSING: Final = {"ValidationException", "ResourceNotFound"}
_SMOKE_TEST_WORDS: Final = 20


def describe(client: SageMakerClient, job: str, prefix: str) -> tuple[dict[str, Any], list[str]]:
    """Return SageMaker's description of a training job, or why there is none."""
    if not job.startswith(f"{prefix}-"):
        return {}, [
            f"The training job {job!r} isn't one of this deployment: their names begin with {prefix}-."
        ]
    try:
        return dict(client.describe_training_job(TrainingJobName=job)), []
    except ClientError as error:
        if error.response["Error"]["Code"] not in _MISSING:
            raise
        said = error.response["Error"].get("Message", "").rstrip(".")
        return {}, [
            (
                f"There is no training job {job!r} ({said}). Name one of those that `python -m client "
                "history` lists."
            )
        ]


def problems(job: Mapping[str, Any], bucket: Bucket, said: Environment) -> list[str]:
    """Return why the model of a training job can't be promoted."""
    name = job["TrainingJobName"]
    if job["TrainingJobStatus"] != "Completed":
        reason = f" ({job['FailureReason']})" if job.get("FailureReason") else ""
        return [
            f"The training job {name!r} is {job['TrainingJobStatus']}{reason}: it left no model to promote."
        ]
    key = f"{said.training.model_folder}/{name}/output/model.tar.gz"
    archive = job.get("ModelArtifacts", {}).get("S3ModelArtifacts", "")
    if archive != f"s3://{bucket.name}/{key}":
        return [
            (
                f"The model of the training job {name!r} lies at {archive or 'no place'}; a model of the "
                f"algorithm {said.training.algorithm!r}, which this deployment serves, would lie at "
                f"s3://{bucket.name}/{key}."
            )
        ]
    if key not in bucket.listing(key):
        return [f"The model of the training job {name!r} is gone: {archive} doesn't exist."]
    if not job.get("HyperParameters", {}).get("feature_dim", "").isdecimal():
        return [f"The training job {name!r} has no hyperparameter feature_dim: it trained no topic model."]
    return []


def feature_dim(job: Mapping[str, Any]) -> int:
    """Return how many words the model of a training job without problems is over."""
    return int(job["HyperParameters"]["feature_dim"])


def smoke_test(words: int) -> dict[str, list[int] | list[float]]:
    """Return a small document over the model's vocabulary, since its dataset may be gone."""
    keys = list(range(min(_SMOKE_TEST_WORDS, words)))
    return {"keys": keys, "values": [1.0] * len(keys), "shape": [words]}
