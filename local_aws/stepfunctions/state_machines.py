"""State machines when they are created and updated: their definitions, their logging and their tracing."""

import functools
import json
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack.bindings import ministack
from local_aws.ministack.documents import Properties
from local_aws.ministack.requests import Request, Respond, wrap_service
from local_aws.ministack.signatures import Create, Provisioned, Response, Update
from local_aws.stepfunctions import definition_checks, executions, history, parallel_map, state_semantics

TYPE = "AWS::StepFunctions::StateMachine"

# The permissions that a machine's role takes for logging
# (docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy).
_LOG_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)


def install() -> None:
    """Check the machines that the API and CloudFormation create or update, and extend their executions."""
    wrap_service("states", _request)
    handlers = ministack.resource_handlers[TYPE]
    handlers["create"] = _create_checked(handlers["create"])
    handlers["update"] = _update_checked(handlers["update"])
    for module in (executions, history, state_semantics, parallel_map):
        module.install()


async def _request(request: Request, respond: Respond) -> Response:
    action = request.operation()
    if action in {"StartExecution", "StartSyncExecution"} and not _has_json_input(request):
        return request.error("states", "InvalidExecutionInput", "Invalid State Machine Execution Input")
    if action not in {"CreateStateMachine", "UpdateStateMachine"}:
        return await respond()
    data = json.loads(request.body)
    if refusal := _refusal(data):
        return request.error("states", *refusal)
    response = await respond()
    if response[0] == 200 and "tracingConfiguration" in data:  # noqa: PLR2004 -- HTTP's OK
        arn = data.get("stateMachineArn") or json.loads(response[2])["stateMachineArn"]
        ministack.state_machines[arn]["tracingConfiguration"] = data["tracingConfiguration"]
    return response


def _has_json_input(request: Request) -> bool:
    """Whether the input of a new execution is a JSON text; a missing input is {}."""
    try:
        json.loads(json.loads(request.body).get("input", "{}"))
    except ValueError:
        return False
    return True


def _refusal(data: dict[str, Any]) -> tuple[str, str] | None:
    """Return the error of CreateStateMachine or UpdateStateMachine: its code and its message."""
    message = definition_checks.refusal(data["definition"]) if "definition" in data else None
    if message:
        return "InvalidDefinition", message
    machine = ministack.state_machines.get(data.get("stateMachineArn", ""))
    role = data.get("roleArn") or (machine["roleArn"] if machine else "")
    message = _logging_refusal(role, data.get("loggingConfiguration"))
    return ("AccessDeniedException", message) if message else None


def _logging_refusal(role: str, logging: Properties | None) -> str | None:
    """Return Step Functions' message if the machine has logging and its role lacks the permissions."""
    if not logging or logging.get("level", "OFF") == "OFF" or not logging.get("destinations"):
        return None
    principal = identity.session_arn(role, "states")
    missing = [action for action in _LOG_ACTIONS if iam.denial(principal, action, "*")]
    if not missing:
        return None
    return (
        "The state machine IAM Role is not authorized to access the Log Destination: "
        f"{role} lacks {', '.join(missing)}."
    )


def _create_checked(native: Create) -> Create:
    @functools.wraps(native)
    def create(logical_id: str, properties: Properties, stack_name: str) -> Provisioned:
        checked = _checked(properties)
        arn, attributes = native(logical_id, checked, stack_name)
        _set_tracing(arn, checked)
        return arn, attributes

    return create


def _update_checked(native: Update) -> Update:
    @functools.wraps(native)
    def update(arn: str, old: Properties, new: Properties, *rest: Any) -> Provisioned:
        checked = _checked(new)
        arn, attributes = native(arn, old, checked, *rest)
        _set_tracing(arn, checked)
        return arn, attributes

    return update


def _set_tracing(arn: str, properties: Properties) -> None:
    tracing = properties.get("TracingConfiguration", {"enabled": False})
    ministack.state_machines[arn]["tracingConfiguration"] = tracing


def _checked(properties: Properties) -> Properties:
    """Return the properties with logging and tracing in the API's form; raise what it refuses."""
    converted = {
        name: _lower(value) if name in {"LoggingConfiguration", "TracingConfiguration"} else value
        for name, value in properties.items()
    }
    definition = ministack.state_machine_definition(converted)
    refusal = definition_checks.refusal(definition) or _logging_refusal(
        properties["RoleArn"], converted.get("LoggingConfiguration")
    )
    if refusal:
        raise ValueError(refusal)
    return converted


def _lower(value: Any) -> Any:
    """Return a document whose members start with lower-case letters; CloudFormation's are upper-case."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lower(part) for name, part in value.items()}
    return [_lower(part) for part in value] if isinstance(value, list) else value
