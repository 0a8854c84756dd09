"""What ministack's IAM leaves out: iam:PassRole, trust in services, condition keys, and AWS's wording."""

import functools
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from local_aws import identity
from local_aws.ministack import bindings, extensions
from local_aws.ministack.extensions import Answer, Request, Response

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
# CloudWatch Logs asks for these on a stream of the group, whose name is empty where the request has none.
_ON_LOG_STREAMS = {"CreateLogStream", "DeleteLogStream", "DescribeLogStreams", "GetLogEvents", "PutLogEvents"}
# Parameter of a request -> the condition key that policies confine callers with.
_CLOUDFORMATION_KEYS = {
    "RoleARN": "cloudformation:RoleArn",
    "ChangeSetName": "cloudformation:ChangeSetName",
    "TemplateURL": "cloudformation:TemplateUrl",
}
# The paths of REST services that take roles.
_TAKE_ROLES = {
    "lambda": re.compile(r"/functions/?$|/functions/[^/]+/configuration$"),
    "scheduler": re.compile(r"/schedules/[^/]+$"),
}


class Refusal(NamedTuple):
    """An error's code and its message."""

    code: str
    message: str


# What services say that can't assume the role they were passed.
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
    """Enforce what ministack doesn't, for the services that are registered by now."""
    # AWS is reached over TLS: policies that deny anything else must let the loopback through.
    bindings.wrap("pin request origin", lambda original: lambda address, _secure: original(address, True))  # noqa: FBT003 -- the original takes it by place
    bindings.wrap("denied response", _naming_the_resource)
    bindings.wrap("request conditions", _with_cloudformation_keys)
    bindings.wrap("resource arn", _naming_the_log_stream)
    for service in _PASSED_TO.keys() & bindings.get("service handlers").keys():
        extensions.around(service, functools.partial(_guard_passed_roles, service))


def denial(
    principal: str, action: str, resource: str, conditions: dict[str, str] | None = None
) -> str | None:
    """Ask IAM whether a principal may do something; return AWS's sentence if it may not.

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
    decided = bindings.get("enforce")(
        identity.session_of(principal).access_key,
        action,
        action.partition(":")[0],
        identity.region(),
        resource_arn=resource,
        service_context=conditions or {},
    )
    if decided is None:
        return None
    return _sentence(action, principal, resource, explicit=getattr(decided, "decision", "") == "Deny")


def pass_refusal(principal: str, role: str, service: str) -> Refusal | None:
    """Return the error if the principal may not pass the role to the service, or the role doesn't trust it.

    Parameters
    ----------
    principal, role
        ARNs.
    service
        The service principal, "states.amazonaws.com".
    """
    if sentence := denial(principal, "iam:PassRole", role, {"iam:PassedToService": service}):
        return Refusal("AccessDenied", sentence)
    untrusted = _UNTRUSTED.get(service)
    if untrusted is None or identity.trusts(role, service):
        return None
    return Refusal(untrusted.code, untrusted.message.format(role=role))


def _sentence(action: str, principal: str, resource: str, *, explicit: bool) -> str:
    sentence = str(bindings.get("denial message")(action, principal, resource, explicit))
    return sentence.replace(" on resource: *", "")


def _naming_the_resource(original: Any) -> Any:
    """AWS says which resource was denied; ministack does so for a few services only."""

    @functools.wraps(original)
    def respond(service: str, action: str, principal: str, request_id: str, **details: Any) -> Any:
        said = details.get("message") or details.get("error_code") or details.get("resource_policy_arn")
        if not said:
            explicit = bool(details.get("explicit_deny"))
            details["message"] = _sentence(
                action, principal, details.get("resource_arn", "*"), explicit=explicit
            )
        return original(service, action, principal, request_id, **details)

    return respond


def _with_cloudformation_keys(original: Any) -> Any:
    """Feed CloudFormation's condition keys to IAM."""

    @functools.wraps(original)
    def conditions(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        keys: dict[str, Any] = original(service, action, body, params)
        if service == "cloudformation":
            given = {key: params.get(member) for member, key in _CLOUDFORMATION_KEYS.items()}
            keys.update({key: values[0] for key, values in given.items() if values})
        return keys

    return conditions


def _naming_the_log_stream(original: Any) -> Any:
    @functools.wraps(original)
    def extract(service: str, *arguments: Any) -> Any:
        arn = original(service, *arguments)
        if service != "logs" or operation(request := Request(*arguments[:5])) not in _ON_LOG_STREAMS:
            return arn
        return f"{arn}:log-stream:{json.loads(request.body).get('logStreamName', '')}"

    return extract


async def _guard_passed_roles(service: str, request: Request, answer: Answer) -> Response:
    return _refuse_passed_roles(service, request) or await answer()


def _refuse_passed_roles(service: str, request: Request) -> Response | None:
    path = _TAKE_ROLES.get(service)
    takes = path.search(request.path) if path else operation(request)
    if not takes:
        return None
    principal = caller(request)
    for role in _passed_roles(request):
        if refusal := pass_refusal(principal, role, _PASSED_TO[service]):
            return error(request, service, *refusal)
    return None


def caller(request: Request) -> str:
    """Return the ARN of whoever signed a request."""
    key = bindings.get("access key of request")(request.headers, request.query)
    return str(bindings.get("resolve principal")(key, identity.account()).arn)


def operation(request: Request) -> str:
    """Return the operation that a request names, or "" for a REST service."""
    target = request.headers.get("x-amz-target", "").rpartition(".")[2]
    return target or parameter(request, "Action")


def error(request: Request, service: str, code: str, message: str) -> Response:
    """Return an error in the protocol that the service speaks."""
    answer: Response = bindings.get("denied response")(
        service, "", "", str(uuid.uuid4()), error_code=code, message=message, headers=request.headers
    )
    return answer


def parameter(request: Request, name: str) -> str:
    """Return a parameter of a request in the query protocol, or ""."""
    return _form(request).get(name, [""])[0]


def _form(request: Request) -> dict[str, list[str]]:
    form = "x-www-form-urlencoded" in request.headers.get("content-type", "")
    return {**(parse_qs(request.body.decode()) if form else {}), **request.query}


def _passed_roles(request: Request) -> Iterator[str]:
    members = [(name, values[0]) for name, values in _form(request).items()]
    if request.body[:1] == b"{":
        members += _members(json.loads(request.body))
    return (value for name, value in members if name in _ROLE_MEMBERS and value.startswith("arn:"))


def _members(document: Any) -> list[tuple[str, str]]:
    """Return the strings at the top of a request and of the targets in it, where AWS takes roles."""
    targets = document.get("Targets", [document.get("Target", {})])
    return [
        (name, value)
        for part in (document, *targets)
        if isinstance(part, dict)
        for name, value in part.items()
        if isinstance(value, str)
    ]
