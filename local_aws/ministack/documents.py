"""The documents of ministack's services: the members that this package reads or writes."""

from abc import abstractmethod
from collections.abc import MutableMapping
from typing import Any, NotRequired, Protocol, TypedDict, TypeVar

V = TypeVar("V")
Properties = dict[str, Any]
State = dict[str, Any]
"""A state of a state machine's definition."""
Context = dict[str, Any]
"""The context object of an execution, with its variables."""
Policy = str | dict[str, Any]
Event = dict[str, Any]
"""An event of an execution's history: id, type, timestamp, previousEventId, and its details."""


class Session(TypedDict):
    """Temporary credentials in STS."""

    Arn: str
    UserId: str
    AccountId: str
    PrincipalType: str
    SecretAccessKey: str
    SessionToken: str


class Role(TypedDict):
    """A role in IAM."""

    AssumeRolePolicyDocument: Policy


class Parameter(TypedDict):
    """A parameter of a template, resolved."""

    Value: Any
    NoEcho: bool
    SsmName: NotRequired[str]


class Stack(TypedDict):
    """A stack in CloudFormation; members with an underscore are not in DescribeStacks."""

    StackStatus: str
    StackStatusReason: str
    Parameters: list[dict[str, Any]]
    _template: dict[str, Any]
    _template_body: str
    _resolved_params: dict[str, Parameter]
    _conditions: dict[str, bool]
    _role_arn: NotRequired[str]
    """The stack's role: this package adds it, and it is saved and restored with the stack."""


class ChangeSet(TypedDict):
    """A change set in CloudFormation."""

    StackName: str
    Status: str
    ExecutionStatus: str
    StatusReason: str
    _template: dict[str, Any]
    _resolved_params: dict[str, Parameter]


class StateMachine(TypedDict):
    """A state machine in Step Functions."""

    stateMachineArn: str
    name: str
    definition: str
    roleArn: str
    loggingConfiguration: NotRequired[dict[str, Any]]
    tracingConfiguration: NotRequired[dict[str, Any]]


class Execution(TypedDict):
    """An execution in Step Functions."""

    executionArn: str
    stateMachineArn: str
    name: str
    status: str
    startDate: str
    stopDate: str | None
    input: str
    output: str | None
    error: NotRequired[str]
    cause: NotRequired[str]
    events: list[Event]


class LogGroup(TypedDict):
    """A log group in CloudWatch Logs: its streams by their names."""

    streams: dict[str, dict[str, Any]]


class Topic(TypedDict):
    """A topic in SNS."""

    attributes: dict[str, str]


class Key(TypedDict):
    """A key in KMS."""

    Arn: str
    Policy: Policy


class Principal(Protocol):
    """A user, a role session or the account's root."""

    @property
    def arn(self) -> str:
        """Its ARN."""


class Scoped(MutableMapping[str, V]):
    """ministack's dictionaries: documents by their names or ARNs, in the current account (and region)."""

    @abstractmethod
    def get_scoped(self, account: str, region: str | None, key: str, /) -> V | None:
        """Return a document of an account (and region), or None."""

    @abstractmethod
    def all_values(self) -> list[V]:
        """Return the documents of every account and region."""
