"""One deployment: its names, and what its stacks say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import boto3

from client.errors import SayableError, found

StackKind = Literal["Storage", "Training", "Serving"]
STACK_KINDS: tuple[StackKind, ...] = ("Storage", "Training", "Serving")
NAME = re.compile(r"[a-z][a-z0-9]{0,11}")  # as the setting `name` has it
TRAINING_LOG_GROUP = "/aws/sagemaker/TrainingJobs"
TRANSFORM_LOG_GROUP = "/aws/sagemaker/TransformJobs"


@dataclass(frozen=True)
class Deployment:
    """The three stacks of one name and environment, in the account and region of a session.

    Parameters
    ----------
    name
        The setting `name`: what keeps two deployments in one account apart.
    environment
        dev or prod.
    session
        Where AWS is; by default the shell's environment and configuration say so.

    Raises
    ------
    SayableError
        The name can't be one: it becomes a part of policies, of patterns and of other names.
    """

    name: str = "lda"
    environment: str = "dev"
    session: boto3.Session = field(default_factory=boto3.Session, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise SayableError(
                "The name of a deployment is 1 to 12 lower-case letters and digits, a letter first; "
                f"{self.name!r} isn't."
            )

    @property
    def prefix(self) -> str:
        """The endpoint's name, and what the names of training jobs begin with, followed by a hyphen."""
        return f"{self.name}-{self.environment}"

    @property
    def context(self) -> list[str]:
        """The arguments that tell the cdk command line which deployment is meant."""
        return ["-c", f"environment={self.environment}", "-c", f"name={self.name}"]

    @property
    def region(self) -> str:
        """The region that AWS is asked in."""
        return str(self.client("sts").meta.region_name)

    def client(self, service: str) -> Any:
        """Make a boto3 client of this deployment's session."""
        return self.session.client(service)  # type: ignore[call-overload]  # the service is a variable

    def stack(self, kind: StackKind) -> str:
        """Name one stack, such as DevStorage or alice-DevStorage."""
        owner = "" if self.name == "lda" else f"{self.name}-"
        return f"{owner}{self.environment.capitalize()}{kind}"

    @property
    def stacks(self) -> list[str]:
        """The names of the three stacks, in the order of deployment."""
        return [self.stack(kind) for kind in STACK_KINDS]

    def describe(self, kind: StackKind) -> Mapping[str, Any] | None:
        """DescribeStacks' answer for one stack, or None while it isn't deployed."""
        cloudformation = self.client("cloudformation")
        answer = found(lambda: cloudformation.describe_stacks(StackName=self.stack(kind)), "ValidationError")
        return answer["Stacks"][0] if answer else None

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
        SayableError
            The stack isn't deployed, or has no such output (yet).
        """
        stack = self.describe(kind)
        if stack is None:
            deploy = " ".join(["cdk deploy --all", *self.context])
            raise SayableError(f"{self.stack(kind)} is not deployed in {self.region}; run {deploy}.")
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        if key not in outputs:
            raise SayableError(f"{self.stack(kind)} has no output {key}; {self._why_missing(key)}")
        return str(outputs[key])

    def parameter(self, kind: StackKind, key: str) -> str:
        """Read one of a stack's parameters; "" where the stack or the parameter is missing."""
        stack = self.describe(kind) or {}
        values = {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}
        return str(values.get(key, ""))

    @staticmethod
    def _why_missing(key: str) -> str:
        if key == "EndpointName":
            return "no model has been promoted yet: run python -m client train."
        return "deploy the present version with cdk deploy --all."
