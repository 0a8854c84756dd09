"""What the evaluation reads from SageMaker, CloudFormation and S3, and the file that it writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from artifact import ArtifactError, opened
from botocore.exceptions import ClientError
from decision import EvaluationError, Incumbent, training_job_of
from diagnostics import diagnose

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_sagemaker.client import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef


@dataclass(frozen=True)
class Services:
    """Clients, and the names of what they are asked about."""

    s3: S3Client
    sagemaker: SageMakerClient
    cloudformation: CloudFormationClient
    data_bucket: str
    serving_stack: str

    def training_job(self, name: str) -> DescribeTrainingJobResponseTypeDef:
        """Return SageMaker's description of a job."""
        return self.sagemaker.describe_training_job(TrainingJobName=name)

    def diagnostics(self, model_data_url: str) -> dict[str, Any]:
        """Read a model from the bucket and describe its topics.

        Raises
        ------
        EvaluationError
            When what lies there isn't a model.
        """
        key = model_data_url.removeprefix(f"s3://{self.data_bucket}/")
        body: Any = self.s3.get_object(Bucket=self.data_bucket, Key=key)["Body"]
        try:
            with opened(body) as model:
                return diagnose(model)
        except ArtifactError as error:
            raise EvaluationError(f"{model_data_url} holds no usable model: {error}.") from error

    def incumbent(self) -> Incumbent | None:
        """Return the model that the stack serves, or None while it serves none.

        Raises
        ------
        EvaluationError
            When the stack isn't deployed.
        """
        try:
            (stack,) = self.cloudformation.describe_stacks(StackName=self.serving_stack)["Stacks"]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            raise EvaluationError(
                f"The stack {self.serving_stack} isn't deployed, so that there is nowhere to promote to: "
                "deploy all stacks."
            ) from error
        parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])}
        url = parameters.get("ModelDataUrl")
        return Incumbent(url, self._evaluation(url)) if url else None

    def write_evaluation(self, training_job: str, evaluation: dict[str, Any]) -> None:
        """Write a model's evaluation to where later evaluations look for it."""
        body = json.dumps(evaluation, indent=2, allow_nan=False).encode()
        self.s3.put_object(
            Bucket=self.data_bucket,
            Key=_evaluation_key(training_job),
            Body=body,
            ContentType="application/json",
        )

    def _evaluation(self, model_data_url: str) -> dict[str, Any] | None:
        training_job = training_job_of(model_data_url)
        if training_job is None:
            return None
        key = _evaluation_key(training_job)
        # Listed first: of a missing key, a role that may list under a prefix alone is told "access denied".
        if not self.s3.list_objects_v2(Bucket=self.data_bucket, Prefix=key, MaxKeys=1)["KeyCount"]:
            return None
        answer = self.s3.get_object(Bucket=self.data_bucket, Key=key)
        return _parsed(answer["Body"].read())


def _evaluation_key(training_job: str) -> str:
    return f"evaluations/{training_job}/evaluation.json"


def _parsed(content: bytes) -> dict[str, Any] | None:
    """Return an evaluation, or None where there is none: a broken file mustn't block every later model."""
    try:
        evaluation = json.loads(content)
    except ValueError:
        return None
    return evaluation if isinstance(evaluation, dict) else None
