"""What the evaluation asks SageMaker and CloudFormation, and the metric that it tells CloudWatch."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from evaluate_model.candidate import Candidate, EvaluationError, described, training_job_of
from evaluate_model.comparison import Incumbent

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudwatch.client import CloudWatchClient
    from mypy_boto3_sagemaker.client import SageMakerClient

    from evaluate_model.store import Store

METRIC_NAME: Final = "TestPwll"
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Services:
    """Clients and the data bucket, and the names of what they are asked about."""

    sagemaker: SageMakerClient
    cloudformation: CloudFormationClient
    cloudwatch: CloudWatchClient
    store: Store
    serving_stack: str
    metric_namespace: str
    deployment: str

    def candidate(self, training_job: str) -> Candidate:
        """Return the model of a training job that is completed."""
        return described(self.sagemaker.describe_training_job(TrainingJobName=training_job))

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
        if not url:
            return None
        job = training_job_of(url)
        return Incumbent(url, self.store.evaluation(job) if job else None)

    def put_metric(self, pwll: float) -> str:
        """Tell CloudWatch a candidate's pwll; return "", or why it can't be told.

        A point missing in a diagram is no reason to lose a trained model: it is logged, and said in the
        summary.
        """
        try:
            self.cloudwatch.put_metric_data(
                Namespace=self.metric_namespace,
                MetricData=[
                    {
                        "MetricName": METRIC_NAME,
                        "Dimensions": [{"Name": "Deployment", "Value": self.deployment}],
                        "Value": pwll,
                    }
                ],
            )
        except (ClientError, BotoCoreError) as error:
            _LOG.warning("The metric %s couldn't be put: %s", METRIC_NAME, error)
            return f"The metric {METRIC_NAME} lacks this model: {error}."
        return ""
