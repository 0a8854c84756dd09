"""CloudFormation with the rights of the stack's role, strict about templates, saved after each operation."""

import functools
import re
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from local_aws import identity
from local_aws.cloudformation import template_checks
from local_aws.identity import iam, stack_permissions
from local_aws.ministack import bindings, extensions, persistence
from local_aws.ministack.extensions import Answer, Request, Response


class Operation(NamedTuple):
    """Who asked for a stack operation, and the role that he passed, or ""."""

    caller: str
    role: str


SESSION = "AWSCloudFormation"  # what CloudFormation calls its session of a stack's role
_OPERATION: ContextVar[Operation] = ContextVar("operation")
_ROLE = "_role_arn"  # where a stack's record keeps its role: it is saved and restored with it


def install() -> None:
    """Put the extension around ministack's stack operations."""
    extensions.around("cloudformation", _request)
    bindings.wrap("start stack operation", _start)
    bindings.wrap("validate template", _validate)
    bindings.wrap("provision", _provision)
    bindings.wrap("update", _update)
    bindings.wrap("delete", _delete)


async def _request(request: Request, answer: Answer) -> Response:
    _OPERATION.set(Operation(iam.caller(request), iam.parameter(request, "RoleARN")))
    response = await answer()
    action = iam.operation(request)
    if action == "CreateChangeSet" and response[0] == 200:  # noqa: PLR2004 -- HTTP's OK
        _keep_role(iam.parameter(request, "StackName"))
        _accept_changed_outputs(response[2].decode())
    if action == "DescribeStacks":
        return (*response[:2], _with_roles(response[2].decode()).encode())
    return response


def _keep_role(stack_name: str) -> None:
    stack = bindings.get("stack")(stack_name)
    if stack is not None and _OPERATION.get().role:
        stack[_ROLE] = _OPERATION.get().role


def _accept_changed_outputs(response: str) -> None:
    """Let a change set be executed that changes outputs alone, as AWS does."""
    found = re.search(r"<Id>(.*?)</Id>", response)
    change_set = bindings.get("change sets").get(found.group(1)) if found else None
    if change_set is None or "didn't contain changes" not in change_set["StatusReason"]:
        return
    stack = bindings.get("stack")(change_set["StackName"])
    old, new = stack["_resolved_params"], change_set["_resolved_params"]
    changed = {name for name in new if old.get(name, {}).get("Value") != new[name]["Value"]}
    if template_checks.outputs_changed(stack["_template"], change_set["_template"], changed):
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")


def _with_roles(document: str) -> str:
    def member(found: re.Match[str]) -> str:
        role = (bindings.get("stack")(found.group(1)) or {}).get(_ROLE)
        return found.group(0) + (f"<RoleARN>{escape(role)}</RoleARN>" if role else "")

    return re.sub(r"<StackId>(.*?)</StackId>", member, document)


def _start(original: Any) -> Any:
    """Run an operation with the rights of the stack's role, or else of its caller; save when it is over."""

    @functools.wraps(original)
    def start(work: Awaitable[None], stack: dict[str, Any], stack_id: str | None = None) -> None:
        operation = _OPERATION.get()
        if operation.role:
            stack[_ROLE] = operation.role
        role = stack.get(_ROLE)
        identity.OPERATOR.set(identity.session_arn(role, SESSION) if role else operation.caller)
        original(_then_save(work), stack, stack_id)

    return start


async def _then_save(work: Awaitable[None]) -> None:
    await work
    persistence.save_soon()


def _validate(original: Any) -> Any:
    @functools.wraps(original)
    def validate(template: dict[str, Any], conditions: dict[str, bool], **rest: Any) -> None:
        original(template, conditions, **rest)
        template_checks.check(template)
        for parameter in (rest.get("params") or {}).values():
            if "SsmName" in parameter:
                _require_parameter(parameter["SsmName"])

    return validate


def _require_parameter(name: str) -> None:
    """Refuse an operation whose caller or role may not read the Parameter Store value that it takes."""
    operation = _OPERATION.get()
    principals = [operation.caller]
    if operation.role:
        principals.append(identity.session_arn(operation.role, SESSION))
    arn = f"arn:aws:ssm:{identity.region()}:{identity.account()}:parameter/{name.lstrip('/')}"
    for principal in principals:
        if sentence := iam.denial(principal, "ssm:GetParameters", arn):
            raise ValueError(sentence)


def _provision(original: Any) -> Any:
    @functools.wraps(original)
    def provision(resource_type: str, logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        template_checks.check_properties(resource_type, logical_id, properties)
        name = stack_permissions.future_name(resource_type, logical_id, properties, stack_name)
        stack_permissions.require("create", resource_type, name, properties)
        return original(resource_type, logical_id, properties, stack_name)

    return provision


def _update(original: Any) -> Any:
    @functools.wraps(original)
    def update(
        resource_type: str, physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any
    ) -> Any:
        if old != new and not bindings.get("replacing change")(resource_type, old, new):
            template_checks.check_properties(resource_type, rest[1] or physical_id, new)
            stack_permissions.require("update", resource_type, physical_id, new, old)
        return original(resource_type, physical_id, old, new, *rest)

    return update


def _delete(original: Any) -> Any:
    @functools.wraps(original)
    def delete(resource_type: str, physical_id: str, properties: dict[str, Any], *rest: Any) -> None:
        stack_permissions.require("delete", resource_type, physical_id, properties)
        original(resource_type, physical_id, properties, *rest)

    return delete
