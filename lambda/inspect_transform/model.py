"""The model that scores: the one in service, or the one of a training job that was named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_sagemaker.client import SageMakerClient

    from inspect_transform.documents import Bucket

_URL: Final = re.compile(r"s3://[^/]+/models/(?:open/)?(?P<training_job>[^/]+)/output/model\.tar\.gz")
_NAME_ONE: Final = "name a training job with the field training_job"


@dataclass(frozen=True)
class Model:
    """A trained model: its job, its artifact, and how many words it knows."""

    training_job: str
    url: str
    feature_dim: int


@dataclass(frozen=True)
class Models:
    """Where models are looked for."""

    cloudformation: CloudFormationClient
    sagemaker: SageMakerClient
    bucket: Bucket
    serving_stack: str
    job_prefix: str
    algorithm: str

    def in_service(self, problems: list[str]) -> Model | None:
        """Return the model that the Serving stack serves; add why there is none to `problems`."""
        url = self._served_url()
        if url is None:
            problems.append(f"The stack {self.serving_stack} isn't deployed: deploy all stacks.")
        elif not url:
            problems.append(f"No model is in service yet: train one first, or {_NAME_ONE}.")
        elif found := _URL.fullmatch(url):
            return self.of(found["training_job"], problems)
        else:
            problems.append(f"The model in service, {url}, is no training job's: {_NAME_ONE}.")
        return None

    def of(self, training_job: str, problems: list[str]) -> Model | None:
        """Return a job's model; add why it can't score to `problems`."""
        job = self._described(training_job)
        if job is None:
            problems.append(
                f"There is no training job {training_job} of this deployment; its jobs are called "
                f"{self.job_prefix}-..."
            )
            return None
        if job["TrainingJobStatus"] != "Completed":
            problems.append(
                f"The training job {training_job} is {job['TrainingJobStatus']}, not Completed: it left no "
                "model. Name another training job."
            )
            return None
        url = job["ModelArtifacts"]["S3ModelArtifacts"]
        if problem := self._unusable(training_job, url):
            problems.append(problem)
        return Model(training_job, url, int(job["HyperParameters"]["feature_dim"]))

    def _served_url(self) -> str | None:
        try:
            (stack,) = self.cloudformation.describe_stacks(StackName=self.serving_stack)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return None
        values = {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}
        return values.get("ModelDataUrl", "")

    def _described(self, training_job: str) -> Any | None:
        # Asked for nothing else: the role may describe this deployment's jobs only.
        if not training_job.startswith(f"{self.job_prefix}-"):
            return None
        try:
            return self.sagemaker.describe_training_job(TrainingJobName=training_job)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":  # SageMaker's word for "not found"
                raise
            return None

    def _unusable(self, training_job: str, url: str) -> str | None:
        begin = f"s3://{self.bucket.name}/models/"
        if not url.startswith(begin):
            return f"The model of {training_job} lies at {url}, outside of {begin}, where it can't be read."
        algorithm = "open" if url.startswith(f"{begin}open/") else "built-in"
        if algorithm != self.algorithm:
            return (
                f"The model of {training_job} was trained by the {algorithm} algorithm, and this "
                f"deployment's image is the {self.algorithm} one, which can't read it: name another."
            )
        key = url.removeprefix(f"s3://{self.bucket.name}/")
        if key not in self.bucket.listing(key):
            return f"The model of {training_job} is gone: {url} doesn't exist. Name another training job."
        return None
