"""The parts of IAM that ministack lacks: iam:PassRole, trust in services, condition keys, AWS's messages."""

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from local_aws.identity.sessions import region, session_credentials
from local_aws.identity.trust import trusts
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.requests import Request, Respond, wrap_service
from local_aws.ministack.signatures import DeniedResponse, RequestConditions, ResourceArn, Response

# The members that pass a role, and the service principal that it is passed to (the service authorization
# reference of each service names the actions: docs.aws.amazon.com/service-authorization).
_ROLE_MEMBERS = {"RoleArn", "roleArn", "RoleARN", "Role", "ExecutionRoleArn"}
_PASSED_TO = {
    "lambda": "lambda.amazonaws.com",
    "states": "states.amazonaws.com",
    "cloudformation": "cloudformation.amazonaws.com",
    "events": "events.amazonaws.com",
    "scheduler": "scheduler.amazonaws.com",
    "sagemaker": "sagemaker.amazonaws.com",
    "application-autoscaling": "application-autoscaling.amazonaws.com",
}
# CloudWatch Logs authorises these on a stream of the group, whose name is empty where the request has none.
_LOG_STREAM_ACTIONS = {
    "CreateLogStream",
    "DeleteLogStream",
    "DescribeLogStreams",
    "GetLogEvents",
    "PutLogEvents",
}
# Parameter of a request -> the condition key by which policies restrict callers.
_CLOUDFORMATION_KEYS = {
    "RoleARN": "cloudformation:RoleArn",
    "ChangeSetName": "cloudformation:ChangeSetName",
    "TemplateURL": "cloudformation:TemplateUrl",
}
# The paths of REST services that take roles.
_ROLE_PATHS = {
    "lambda": re.compile(r"/functions/?$|/functions/[^/]+/configuration$"),
    "scheduler": re.compile(r"/schedules/[^/]+$"),
}


class Refusal(NamedTuple):
    """An error's code and its message."""

    code: str
    message: str


# The errors of services that can't assume the role that they were passed.
_UNTRUSTED = {
    "lambda.amazonaws.com": Refusal(
        "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda."
    ),
    "states.amazonaws.com": Refusal(
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
        "assume the provided role.",
    ),
    "cloudformation.amazonaws.com": Refusal("ValidationError", "Role {role} is invalid or cannot be assumed"),
    "sagemaker.amazonaws.com": Refusal(
        "ValidationException",
        "Could not assume role {role}. Please ensure that the role exists and allows principal "
        "'sagemaker.amazonaws.com' to assume the role.",
    ),
}


def install() -> None:
    """Extend ministack's IAM, for the services that are registered by now."""
    Ministack.pin_request_origin.wrap(_over_tls)
    Ministack.denied_response.wrap(_with_resource)
    Ministack.request_conditions.wrap(_with_cloudformation_keys)
    Ministack.resource_arn.wrap(_with_log_stream)
    for service in _PASSED_TO.keys() & ministack.service_handlers.keys():
        wrap_service(service, functools.partial(_authorize_passed_roles, service))


def denial(
    principal: str, action: str, resource: str, conditions: dict[str, str] | None = None
) -> str | None:
    """Return AWS's message if IAM denies a principal an action, else None.

    Parameters
    ----------
    principal
        The ARN of a user, a role session or the account's root.
    action, resource
        "iam:PassRole" and the ARN that it is done to.
    conditions
        The request's condition keys.
    """
    if principal.endswith(":root"):
        return None
    decision = ministack.enforce(
        session_credentials(principal).access_key,
        action,
        action.partition(":")[0],
        region(),
        resource_arn=resource,
        service_context=conditions or {},
    )
    if decision is None:
        return None
    return _message(action, principal, resource, explicit=getattr(decision, "decision", "") == "Deny")


def pass_refusal(principal: str, role: str, service: str) -> Refusal | None:
    """Return the error if the principal may not pass the role to the service, or the role doesn't trust it.

    Parameters
    ----------
    principal, role
        ARNs.
    service
        The service principal, "states.amazonaws.com".
    """
    if message := denial(principal, "iam:PassRole", role, {"iam:PassedToService": service}):
        return Refusal("AccessDenied", message)
    untrusted = _UNTRUSTED.get(service)
    if untrusted is None or trusts(role, service):
        return None
    return Refusal(untrusted.code, untrusted.message.format(role=role))


def _message(action: str, principal: str, resource: str, *, explicit: bool) -> str:
    message = ministack.denial_message(action, principal, resource, explicit)
    return message.replace(" on resource: *", "")


def _over_tls(original: Callable[[str, bool], None]) -> Callable[[str, bool], None]:
    """Treat requests as sent over TLS, as in AWS: policies that deny others must allow the loopback."""
    return lambda address, _secure: original(address, True)  # noqa: FBT003 -- the original takes it by position


def _with_resource(original: DeniedResponse) -> DeniedResponse:
    """Name the denied resource, as AWS does; ministack does so for a few services only."""

    @functools.wraps(original)
    def respond(service: str, action: str, principal: str, request_id: str, /, **details: Any) -> Response:
        if not any(details.get(name) for name in ("message", "error_code", "resource_policy_arn")):
            resource, explicit = details.get("resource_arn", "*"), bool(details.get("explicit_deny"))
            details["message"] = _message(action, principal, resource, explicit=explicit)
        return original(service, action, principal, request_id, **details)

    return respond


def _with_cloudformation_keys(original: RequestConditions) -> RequestConditions:
    """Give IAM CloudFormation's condition keys."""

    @functools.wraps(original)
    def conditions(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        keys = original(service, action, body, parameters)
        if service == "cloudformation":
            values = {key: parameters.get(member) for member, key in _CLOUDFORMATION_KEYS.items()}
            keys.update({key: value[0] for key, value in values.items() if value})
        return keys

    return conditions


def _with_log_stream(original: ResourceArn) -> ResourceArn:
    """Authorise actions on a log stream by the stream's ARN."""

    @functools.wraps(original)
    def extract(service: str, *arguments: Any) -> str:
        arn = original(service, *arguments)
        if service != "logs" or (request := Request(*arguments[:5])).operation() not in _LOG_STREAM_ACTIONS:
            return arn
        return f"{arn}:log-stream:{json.loads(request.body).get('logStreamName', '')}"

    return extract


async def _authorize_passed_roles(service: str, request: Request, respond: Respond) -> Response:
    return _refuse_passed_roles(service, request) or await respond()


def _refuse_passed_roles(service: str, request: Request) -> Response | None:
    path = _ROLE_PATHS.get(service)
    takes_role = path.search(request.path) if path else request.operation()
    if not takes_role:
        return None
    principal = request.caller()
    for role in _passed_roles(request):
        if refusal := pass_refusal(principal, role, _PASSED_TO[service]):
            return request.error(service, *refusal)
    return None


def _passed_roles(request: Request) -> Iterator[str]:
    members = [(name, values[0]) for name, values in request.form().items()]
    if request.body[:1] == b"{":
        members += _string_members(json.loads(request.body))
    return (value for name, value in members if name in _ROLE_MEMBERS and value.startswith("arn:"))


def _string_members(document: Any) -> list[tuple[str, str]]:
    """Return the strings at the top of a request and of the targets in it, where AWS takes roles."""
    targets = document.get("Targets", [document.get("Target", {})])
    return [
        (name, value)
        for part in (document, *targets)
        if isinstance(part, dict)
        for name, value in part.items()
        if isinstance(value, str)
    ]
