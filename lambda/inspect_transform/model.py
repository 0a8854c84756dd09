"""The model that scores: the one in service, or that of a training job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found, served_model_url
from common.resource_names import is_open_model, training_job_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket
    from inspect_transform.environment import Environment
    from inspect_transform.execution_input import Request

_NAME_A_JOB: Final = "name a training job with the field training_job"


@dataclass(frozen=True)
class Model:
    """A trained model: its job, the URL of its archive, and the size of its vocabulary."""

    training_job: str
    url: str
    feature_dim: int


LoadedModel = tuple[Model | None, list[str]]
"""The model, None if there is none, and its problems."""


@dataclass(frozen=True)
class Clients:
    """The data bucket, and clients of SageMaker and CloudFormation."""

    bucket: Bucket
    sagemaker: SageMakerClient
    cloudformation: CloudFormationClient


def load_model(clients: Clients, request: Request, environment: Environment) -> LoadedModel:
    """Load the model that an execution names; None without a problem if its field is invalid."""
    if "training_job" in request.invalid:
        return None, []
    if "training_job" in request.fields:
        return _of_training_job(clients, request.fields["training_job"], environment)
    return _in_service(clients, environment)


def knows_text(model: Model, bucket: Bucket) -> bool:
    """Return whether the server of a model takes texts: its evaluation then has what counts their words."""
    preparation = f"evaluations/{model.training_job}/preparation.json"
    return is_open_model(model.url) and bucket.describe_or_none(preparation) is not None


def _in_service(clients: Clients, environment: Environment) -> LoadedModel:
    url = served_model_url(clients.cloudformation, environment.serving_stack)
    if url is None:
        return None, [f"The stack {environment.serving_stack} isn't deployed: deploy all stacks."]
    if not url:
        return None, [f"No model is in service yet: train one first, or {_NAME_A_JOB}."]
    if training_job := training_job_of(url):
        return _of_training_job(clients, training_job, environment)
    return None, [f"The model in service, {url}, isn't a training job's: {_NAME_A_JOB}."]


def _of_training_job(clients: Clients, training_job: str, environment: Environment) -> LoadedModel:
    job = _describe_or_none(clients.sagemaker, training_job, environment.job_prefix)
    if job is None:
        return None, [
            (
                f"There is no training job {training_job} of this deployment; the names of its jobs begin "
                f"with {environment.job_prefix}-."
            )
        ]
    if job["TrainingJobStatus"] != "Completed":
        return None, [
            (
                f"The training job {training_job} is {job['TrainingJobStatus']}, not Completed: it left no "
                "model. Name another training job."
            )
        ]
    url = job["ModelArtifacts"]["S3ModelArtifacts"]
    model = Model(training_job, url, int(job["HyperParameters"]["feature_dim"]))
    problem = _problem(model, clients.bucket, environment.algorithm)
    return model, [problem] if problem else []


def _describe_or_none(client: SageMakerClient, training_job: str, job_prefix: str) -> Any | None:
    # The role may describe this deployment's jobs only.
    if not training_job.startswith(f"{job_prefix}-"):
        return None
    try:
        return client.describe_training_job(TrainingJobName=training_job)
    except ClientError as error:
        if not is_not_found(error):
            raise
        return None


def _problem(model: Model, bucket: Bucket, deployed: str) -> str | None:
    folder = f"s3://{bucket.name}/models/"
    if not model.url.startswith(folder):
        return (
            f"The model of {model.training_job} is at {model.url}, outside of {folder}, where it can't be "
            "read."
        )
    algorithm = "open" if is_open_model(model.url) else "built-in"
    if algorithm != deployed:
        return (
            f"The model of {model.training_job} was trained by the {algorithm} algorithm, and this "
            f"deployment's image is the {deployed} one, which can't read it: name another."
        )
    if bucket.describe_or_none(model.url.removeprefix(f"s3://{bucket.name}/")) is None:
        return (
            f"The model of {model.training_job} is gone: {model.url} doesn't exist. Name another training "
            "job."
        )
    return None
