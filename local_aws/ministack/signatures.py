"""The types of ministack's functions that this package calls or wraps."""

# ruff: noqa: D102 -- the docstring of a protocol describes its call

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypedDict

from local_aws.ministack.documents import Context, Event, Execution, Parameter, Properties, State

Headers = dict[str, str]
Query = dict[str, list[str]]
Response = tuple[int, Headers, bytes]
Handler = Callable[[str, str, Headers, bytes, Query], Awaitable[Response]]
"""Responds to a request: (method, path, headers, body, query)."""
Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application."""

GetState = Callable[[], dict[str, Any] | None]
SaveAll = Callable[[dict[str, GetState]], None]

Provisioned = tuple[str, dict[str, Any]]
"""A resource's physical id, and its attributes for Fn::GetAtt."""
Create = Callable[[str, Properties, str], Provisioned]
"""(logical id, properties, stack name)"""
Update = Callable[[str, Properties, Properties, str], Provisioned]
"""(physical id, old properties, new properties, stack name)"""
Delete = Callable[[str, Properties], None]
"""(physical id, properties)"""

ProvisionResource = Callable[[str, str, Properties, str], Provisioned]
"""(type, logical id, properties, stack name)"""

WriteEncryption = Callable[[Headers, str], Any]
"""(headers of a write, bucket)"""

ExecuteFunction = Callable[[dict[str, Any], Any, str], dict[str, Any]]
"""(function, event, request id) -> result"""
DispatchAlarmActions = Callable[[dict[str, Any], str, str, str], None]
"""(alarm, old state, new state, reason)"""

Outcome = tuple[Any, str | None]
"""A state's output, and the name of the next state."""
ExecuteState = Callable[[State, Any, Context | None], Outcome]
ExecuteCompositeState = Callable[[State, Any, Execution, Context], Outcome]
ApplyToInput = Callable[[State, Any, Context | None], Any]
FindRetrier = Callable[[list[dict[str, Any]], str, dict[int, int]], tuple[dict[str, Any] | None, int]]
InvokeIntegration = Callable[[str, Any], Any]
"""(resource, arguments) -> result"""
EvaluateConditions = Callable[[dict[str, Any], dict[str, Parameter]], dict[str, bool]]
RequestConditions = Callable[[str, str, bytes, dict[str, Any]], dict[str, Any]]
"""(service, IAM action, body, parameters) -> the condition keys of the request."""
ResourceArn = Callable[[str, str, str, Headers, bytes, Query, str, str], str]
"""(service, method, path, headers, body, query, region, account)"""


class ResourceHandlers(TypedDict):
    """How ministack provisions one CloudFormation type."""

    create: Create
    update: Update
    delete: Delete


class DeniedResponse(Protocol):
    """Returns an error in the protocol of a service."""

    def __call__(
        self, service: str, action: str, principal: str, request_id: str, /, **details: Any
    ) -> Response: ...


class Enforce(Protocol):
    """Returns None if IAM allows a call, or why it doesn't."""

    def __call__(
        self,
        access_key: str,
        action: str,
        service: str,
        region: str,
        /,
        *,
        resource_arn: str,
        service_context: dict[str, str],
    ) -> object | None: ...


class EvaluationContext(Protocol):
    """Returns the context that a policy's conditions are evaluated against."""

    def __call__(
        self,
        *,
        principal_arn: str,
        principal_type: str,
        principal_account: str,
        action: str,
        resource_arn: str,
        region: str,
        service_context: dict[str, str],
    ) -> object: ...


class UpdateResource(Protocol):
    """Updates a resource of a stack."""

    def __call__(
        self,
        resource_type: str,
        physical_id: str,
        old: Properties,
        new: Properties,
        stack_name: str,
        logical_id: str | None = None,
        old_attributes: dict[str, Any] | None = None,
        /,
    ) -> Provisioned: ...


class DeleteResource(Protocol):
    """Deletes a resource of a stack."""

    def __call__(
        self,
        resource_type: str,
        physical_id: str,
        properties: Properties,
        stack_name: str | None = None,
        logical_id: str | None = None,
        /,
    ) -> None: ...


class PhysicalName(Protocol):
    """Generates the physical name of a resource without one."""

    def __call__(self, stack_name: str, logical_id: str, /, *, lowercase: bool) -> str: ...


class StartStackOperation(Protocol):
    """Starts the coroutine of a stack operation."""

    def __call__(self, work: Awaitable[None], stack: Any, stack_id: str | None = None, /) -> None: ...


class ValidateTemplate(Protocol):
    """Refuses a template before an operation starts."""

    def __call__(self, template: dict[str, Any], conditions: dict[str, bool], /, **options: Any) -> None: ...


class AddEvent(Protocol):
    """Adds an event to an execution's history."""

    def __call__(
        self, execution: Execution, event_type: str, details: dict[str, Any] | None = None, /
    ) -> Event | None: ...


class AssignVariables(Protocol):
    """Evaluates a state's Assign."""

    def __call__(self, state: State, raw_input: Any, context: Context | None, /, **values: Any) -> None: ...


class JsonataOutput(Protocol):
    """Evaluates a state's Output."""

    def __call__(
        self, state: State, raw_input: Any, context: Context | None, /, *, result: Any = None, default: Any
    ) -> Any: ...


class JsonataParser(Protocol):
    """The class that parses expressions."""

    def jsonata(self, expression: str, /) -> Any:
        """Return a parsed expression; its ``ast`` is the tree."""


class JsonataLibrary(Protocol):
    """The module jsonata."""

    Jsonata: JsonataParser
    JException: type[Exception]


class WriteFunctionLog(Protocol):
    """Writes the output of an invocation of a function."""

    def __call__(self, function: dict[str, Any], /, *arguments: Any, **options: Any) -> None: ...


class InvokeTarget(Protocol):
    """Delivers an event to a target of a rule or a schedule."""

    def __call__(
        self, target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], /, *rest: Any
    ) -> None: ...
