"""One deployment: its names, and the outputs and parameters of its stacks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import boto3

from client.errors import UserError, none_if_missing
from data_prep.aws_session import aws_session

StackKind = Literal["Storage", "Training", "Serving"]
STACK_KINDS: tuple[StackKind, ...] = ("Storage", "Training", "Serving")
NAME_PATTERN = re.compile(r"[a-z][a-z0-9]{0,11}")  # the pattern of the setting `name`
TRAINING_LOG_GROUP = "/aws/sagemaker/TrainingJobs"
TRANSFORM_LOG_GROUP = "/aws/sagemaker/TransformJobs"


@dataclass(frozen=True)
class Deployment:
    """The three stacks of one name and environment, in the account and region of a session.

    Parameters
    ----------
    name
        The setting `name`; it distinguishes several deployments in one account.
    environment
        dev or prod.
    session
        The boto3 session; by default that of the shell's environment and configuration.

    Raises
    ------
    UserError
        The name is invalid. It is a part of policies, patterns and other names.
    """

    name: str = "lda"
    environment: str = "dev"
    session: boto3.Session = field(default_factory=aws_session, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise UserError(
                "The name of a deployment is 1 to 12 lower-case letters and digits, a letter first; "
                f"{self.name!r} isn't."
            )

    @property
    def prefix(self) -> str:
        """The endpoint's name; training job names begin with it, followed by a hyphen."""
        return f"{self.name}-{self.environment}"

    @property
    def cdk_context(self) -> list[str]:
        """The arguments that select this deployment on the cdk command line."""
        return ["-c", f"environment={self.environment}", "-c", f"name={self.name}"]

    @property
    def region(self) -> str:
        """The region of the session."""
        return str(self.client("sts").meta.region_name)

    def client(self, service: str) -> Any:
        """Create a boto3 client from this deployment's session."""
        return self.session.client(service)  # type: ignore[call-overload]  # the service is a variable

    def stack_name(self, kind: StackKind) -> str:
        """Return the name of one stack, such as DevStorage or alice-DevStorage."""
        owner = "" if self.name == "lda" else f"{self.name}-"
        return f"{owner}{self.environment.capitalize()}{kind}"

    @property
    def stack_names(self) -> list[str]:
        """The names of the three stacks, in the order of deployment."""
        return [self.stack_name(kind) for kind in STACK_KINDS]

    def describe_stack(self, kind: StackKind) -> Mapping[str, Any] | None:
        """Call DescribeStacks for one stack; None if it is not deployed."""
        cloudformation = self.client("cloudformation")
        response = none_if_missing(
            lambda: cloudformation.describe_stacks(StackName=self.stack_name(kind)), "ValidationError"
        )
        return response["Stacks"][0] if response else None

    def output(self, kind: StackKind, key: str) -> str:
        """Read one output of one stack.

        Parameters
        ----------
        kind
            Which of the three stacks.
        key
            The output's name, such as DataBucketName.

        Raises
        ------
        UserError
            The stack is not deployed, or has no such output (yet).
        """
        stack = self.describe_stack(kind)
        if stack is None:
            deploy = " ".join(["cdk deploy --all", *self.cdk_context])
            raise UserError(f"{self.stack_name(kind)} is not deployed in {self.region}; run {deploy}.")
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if key not in outputs:
            raise UserError(f"{self.stack_name(kind)} has no output {key}; {_missing_output_reason(key)}")
        return str(outputs[key])

    def parameter(self, kind: StackKind, key: str) -> str:
        """Read one parameter of one stack; "" if the stack or the parameter does not exist."""
        stack = self.describe_stack(kind) or {}
        values = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
        return str(values.get(key, ""))


def _missing_output_reason(key: str) -> str:
    if key == "EndpointName":
        return "no model has been promoted yet: run python -m client train."
    return "deploy the current version with cdk deploy --all."
