"""The execution role: calls are made, and permissions are checked, as SageMaker would with that role."""

import re
from dataclasses import dataclass
from typing import Any

from local_aws import identity
from local_aws.identity import iam

SERVICE_PRINCIPAL = "sagemaker.amazonaws.com"
SESSION_NAME = "SageMaker"
TRAINING_METRICS_NAMESPACE = "/aws/sagemaker/TrainingJobs"
ENDPOINT_METRICS_NAMESPACE = "/aws/sagemaker/Endpoints"
TRANSFORM_METRICS_NAMESPACE = "/aws/sagemaker/TransformJobs"
PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)([:@].+)?"
)


@dataclass(frozen=True)
class ExecutionRole:
    """The execution role of a training job or a model."""

    arn: str

    def client(self, service: str) -> Any:
        """Return a boto3 client that acts as this role; IAM decides on each of its calls."""
        return identity.role_client(self.arn, service, session_name=SESSION_NAME, source=SERVICE_PRINCIPAL)

    def require_container(self, image_uri: str, metrics_namespace: str) -> None:
        """Check the permissions that SageMaker needs to run an image: to pull it and to publish metrics.

        docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html lists them. Only images in ECR are pulled
        with the role.

        Raises
        ------
        PermissionError
            The role lacks a permission; the message is IAM's.
        """
        if registry := REGISTRY.fullmatch(image_uri):
            self._require("ecr:GetAuthorizationToken", "*")
            region, account, repository = registry["region"], registry["account"], registry["repository"]
            for action in PULL_ACTIONS:
                self._require(action, f"arn:aws:ecr:{region}:{account}:repository/{repository}")
        self._require("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": metrics_namespace})

    def _require(self, action: str, resource: str, conditions: dict[str, str] | None = None) -> None:
        """Check a permission for an action that is not performed here."""
        denial = iam.denial(identity.session_arn(self.arn, SESSION_NAME), action, resource, conditions)
        if denial:
            raise PermissionError(denial)
