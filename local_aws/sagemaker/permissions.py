"""What SageMaker does with an execution role is asked for with it, so that a forgotten right shows here."""

import re
from dataclasses import dataclass
from typing import Any

from local_aws import identity
from local_aws.identity import iam

SERVICE_PRINCIPAL = "sagemaker.amazonaws.com"
SESSION_NAME = "SageMaker"
METRICS_NAMESPACE = "/aws/sagemaker/TrainingJobs"
ENDPOINT_METRICS_NAMESPACE = "/aws/sagemaker/Endpoints"
TRANSFORM_METRICS_NAMESPACE = "/aws/sagemaker/TransformJobs"
PULL_ACTIONS = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)([:@].+)?"
)


@dataclass(frozen=True)
class ExecutionRole:
    """The role of a training job or a model, as SageMaker uses it."""

    arn: str

    def client(self, service: str) -> Any:
        """Return a boto3 client that acts as this role, through IAM."""
        return identity.role_client(self.arn, service, session_name=SESSION_NAME, source=SERVICE_PRINCIPAL)

    def require(self, action: str, resource: str, **context: str) -> None:
        """Ask whether the role may, without doing it.

        Parameters
        ----------
        action, resource
            What the real service would do, to what.
        context
            Condition keys of the request, ``__`` for the colon.

        Raises
        ------
        PermissionError
            In IAM's own wording.
        """
        principal = identity.session_arn(self.arn, SESSION_NAME)
        keys = {name.replace("__", ":"): value for name, value in context.items()}
        sentence = iam.denial(principal, action, resource, keys)
        if sentence:
            raise PermissionError(sentence)


def require_image_pull(role: Any, image_uri: str) -> None:
    """Ask for what pulling the image from its registry takes.

    docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html lists it. Images that are in no ECR
    registry ask for nothing.

    Raises
    ------
    PermissionError
        Naming the action and the repository.
    """
    registry = REGISTRY.fullmatch(image_uri)
    if not registry:
        return
    role.require("ecr:GetAuthorizationToken", "*")
    repository = f"arn:aws:ecr:{registry['region']}:{registry['account']}:repository/{registry['repository']}"
    for action in PULL_ACTIONS:
        role.require(action, repository)
