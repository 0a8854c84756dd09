"""The execution role: calls are made, and permissions are checked, as SageMaker would with that role."""

import re
from dataclasses import dataclass
from typing import Any

from local_aws import iam, identity

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

    def require(self, action: str, resource: str, **context: str) -> None:
        """Check a permission of the role for an action that is not performed here.

        Parameters
        ----------
        action, resource
            The action and the resource of the real service.
        context
            Condition keys of the request, ``__`` for the colon.

        Raises
        ------
        PermissionError
            The role lacks the permission; the message is IAM's.
        """
        principal = identity.session_arn(self.arn, SESSION_NAME)
        keys = {name.replace("__", ":"): value for name, value in context.items()}
        denial = iam.denial(principal, action, resource, keys)
        if denial:
            raise PermissionError(denial)


def require_image_pull(role: Any, image_uri: str) -> None:
    """Check the permissions that pulling an image from its ECR registry takes; other images need none.

    docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html lists them.

    Raises
    ------
    PermissionError
        A permission is missing; the message names the action and the repository.
    """
    registry = REGISTRY.fullmatch(image_uri)
    if not registry:
        return
    role.require("ecr:GetAuthorizationToken", "*")
    repository = f"arn:aws:ecr:{registry['region']}:{registry['account']}:repository/{registry['repository']}"
    for action in PULL_ACTIONS:
        role.require(action, repository)
