"""State machines as they are created: definitions are checked, logging and tracing are kept."""

import functools
import json
from typing import Any

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack import bindings, extensions
from local_aws.ministack.extensions import Answer, Request, Response
from local_aws.stepfunctions import definition_checks, executions, history, parallel_map, state_semantics

Properties = dict[str, Any]
TYPE = "AWS::StepFunctions::StateMachine"

# What a role needs for its machine to log
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
    """Check machines that the API and CloudFormation create or change."""
    extensions.around("states", _request)
    handlers = bindings.get("resource handlers")[TYPE]
    handlers["create"] = _created(handlers["create"])
    handlers["update"] = _updated(handlers["update"])
    for room in (executions, history, state_semantics, parallel_map):
        room.install()


async def _request(request: Request, answer: Answer) -> Response:
    action = iam.operation(request)
    if action in {"StartExecution", "StartSyncExecution"} and not _is_json(request):
        return iam.error(request, "states", "InvalidExecutionInput", "Invalid State Machine Execution Input")
    if action not in {"CreateStateMachine", "UpdateStateMachine"}:
        return await answer()
    data = json.loads(request.body)
    refusal = definition_checks.refusal(data["definition"]) if "definition" in data else None
    if refusal:
        return iam.error(request, "states", "InvalidDefinition", refusal)
    machine = bindings.get("machines").get(data.get("stateMachineArn", ""), {})
    role, logging = data.get("roleArn") or machine.get("roleArn", ""), data.get("loggingConfiguration")
    if refusal := _logging_refusal(role, logging):
        return iam.error(request, "states", "AccessDeniedException", refusal)
    response = await answer()
    if response[0] == 200 and "tracingConfiguration" in data:  # noqa: PLR2004 -- HTTP's OK
        arn = data.get("stateMachineArn") or json.loads(response[2])["stateMachineArn"]
        bindings.get("machines")[arn]["tracingConfiguration"] = data["tracingConfiguration"]
    return response


def _is_json(request: Request) -> bool:
    """Whether the input of a new execution is a JSON text; without one it is {}."""
    try:
        json.loads(json.loads(request.body).get("input", "{}"))
    except ValueError:
        return False
    return True


def _logging_refusal(role: str, logging: Properties | None) -> str | None:
    """Return Step Functions' sentence if the machine is to log and its role may not."""
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


def _created(native: Any) -> Any:
    @functools.wraps(native)
    def create(logical_id: str, properties: Properties, stack_name: str) -> Any:
        checked = _checked(properties)
        arn, attributes = native(logical_id, checked, stack_name)
        _trace(arn, checked)
        return arn, attributes

    return create


def _updated(native: Any) -> Any:
    @functools.wraps(native)
    def update(arn: str, old: Properties, new: Properties, *rest: Any) -> Any:
        checked = _checked(new)
        arn, attributes = native(arn, old, checked, *rest)
        _trace(arn, checked)
        return arn, attributes

    return update


def _trace(arn: str, properties: Properties) -> None:
    bindings.get("machines")[arn]["tracingConfiguration"] = properties.get(
        "TracingConfiguration", {"enabled": False}
    )


def _checked(properties: Properties) -> Properties:
    """Return the properties with logging and tracing as the API has them; raise what it refuses."""
    converted = {
        name: _lower(value) if name in {"LoggingConfiguration", "TracingConfiguration"} else value
        for name, value in properties.items()
    }
    refusal = definition_checks.refusal(bindings.get("machine definition")(converted)) or _logging_refusal(
        properties["RoleArn"], converted.get("LoggingConfiguration")
    )
    if refusal:
        raise ValueError(refusal)
    return converted


def _lower(value: Any) -> Any:
    """Return a document with its members' first letters small: CloudFormation writes them capital."""
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _lower(part) for name, part in value.items()}
    return [_lower(part) for part in value] if isinstance(value, list) else value
