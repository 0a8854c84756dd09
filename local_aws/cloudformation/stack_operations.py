"""Stack operations with the permissions of the stack's role, strict about templates, saved at their end."""

import functools
import re
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from local_aws import identity
from local_aws.cloudformation import template_checks
from local_aws.identity import iam, stack_permissions
from local_aws.ministack import persistence
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Properties, Stack
from local_aws.ministack.requests import Request, Respond, wrap_service
from local_aws.ministack.signatures import (
    DeleteResource,
    Provisioned,
    ProvisionResource,
    Response,
    StartStackOperation,
    UpdateResource,
    ValidateTemplate,
)


class Operation(NamedTuple):
    """The caller of a stack operation, and the role that it passed, or ""."""

    caller: str
    role: str


SESSION_NAME = "AWSCloudFormation"  # of CloudFormation's session of a stack's role
_OPERATION: ContextVar[Operation] = ContextVar("operation")


def install() -> None:
    """Wrap ministack's stack operations."""
    wrap_service("cloudformation", _request)
    Ministack.start_stack_operation.wrap(_start)
    Ministack.validate_template.wrap(_validate)
    Ministack.provision_resource.wrap(_provision)
    Ministack.update_resource.wrap(_update)
    Ministack.delete_resource.wrap(_delete)


async def _request(request: Request, respond: Respond) -> Response:
    _OPERATION.set(Operation(request.caller(), request.parameter("RoleARN")))
    response = await respond()
    action = request.operation()
    if action == "CreateChangeSet" and response[0] == 200:  # noqa: PLR2004 -- HTTP's OK
        _store_role(ministack.find_stack(request.parameter("StackName")))
        _accept_changed_outputs(response[2].decode())
    if action == "DescribeStacks":
        return (*response[:2], _with_roles(response[2].decode()).encode())
    return response


def _store_role(stack: Stack | None) -> None:
    """Store the role that was passed with the stack: its later operations have its permissions too."""
    if stack is not None and _OPERATION.get().role:
        stack["_role_arn"] = _OPERATION.get().role


def _accept_changed_outputs(response: str) -> None:
    """Let a change set that changes only outputs be executed, as in AWS."""
    arn = re.search(r"<Id>(.*?)</Id>", response)
    change_set = ministack.change_sets.get(arn.group(1)) if arn else None
    if change_set is None or "didn't contain changes" not in change_set["StatusReason"]:
        return
    stack = ministack.find_stack(change_set["StackName"])
    if stack is None:
        return
    old, new = stack["_resolved_params"], change_set["_resolved_params"]
    changed = {name for name in new if name not in old or old[name]["Value"] != new[name]["Value"]}
    if template_checks.outputs_changed(stack["_template"], change_set["_template"], changed):
        change_set["Status"] = "CREATE_COMPLETE"
        change_set["ExecutionStatus"] = "AVAILABLE"
        change_set["StatusReason"] = ""


def _with_roles(document: str) -> str:
    """Add each stack's role to a response of DescribeStacks."""

    def stack_id_and_role(match: re.Match[str]) -> str:
        stack = ministack.find_stack(match.group(1))
        role = stack.get("_role_arn") if stack else None
        return match.group(0) + (f"<RoleARN>{escape(role)}</RoleARN>" if role else "")

    return re.sub(r"<StackId>(.*?)</StackId>", stack_id_and_role, document)


def _start(original: StartStackOperation) -> StartStackOperation:
    """Run an operation with the permissions of the stack's role, else of its caller; save at its end."""

    @functools.wraps(original)
    def start(work: Awaitable[None], stack: Stack, stack_id: str | None = None, /) -> None:
        _store_role(stack)
        role = stack.get("_role_arn")
        principal = identity.session_arn(role, SESSION_NAME) if role else _OPERATION.get().caller
        identity.STACK_PRINCIPAL.set(principal)
        original(_then_save(work), stack, stack_id)

    return start


async def _then_save(work: Awaitable[None]) -> None:
    await work
    persistence.save_soon()


def _validate(original: ValidateTemplate) -> ValidateTemplate:
    @functools.wraps(original)
    def validate(template: dict[str, Any], conditions: dict[str, bool], /, **options: Any) -> None:
        original(template, conditions, **options)
        template_checks.check(template)
        for parameter in (options.get("params") or {}).values():
            if "SsmName" in parameter:
                _require_parameter(parameter["SsmName"])

    return validate


def _require_parameter(name: str) -> None:
    """Refuse an operation whose caller or role may not read a Parameter Store value of its template."""
    operation = _OPERATION.get()
    principals = [operation.caller]
    if operation.role:
        principals.append(identity.session_arn(operation.role, SESSION_NAME))
    arn = f"arn:aws:ssm:{identity.region()}:{identity.account()}:parameter/{name.lstrip('/')}"
    for principal in principals:
        if message := iam.denial(principal, "ssm:GetParameters", arn):
            raise ValueError(message)


def _provision(original: ProvisionResource) -> ProvisionResource:
    @functools.wraps(original)
    def provision(
        resource_type: str, logical_id: str, properties: Properties, stack_name: str
    ) -> Provisioned:
        template_checks.check_properties(resource_type, logical_id, properties)
        name = stack_permissions.future_name(resource_type, logical_id, properties, stack_name)
        stack_permissions.require("create", resource_type, name, properties)
        return original(resource_type, logical_id, properties, stack_name)

    return provision


def _update(original: UpdateResource) -> UpdateResource:
    @functools.wraps(original)
    def update(
        resource_type: str, physical_id: str, old: Properties, new: Properties, /, *rest: Any
    ) -> Provisioned:
        if old != new and not ministack.is_replacing_change(resource_type, old, new):
            _stack_name, logical_id, *_ = rest
            template_checks.check_properties(resource_type, logical_id or physical_id, new)
            stack_permissions.require("update", resource_type, physical_id, new, old)
        return original(resource_type, physical_id, old, new, *rest)

    return update


def _delete(original: DeleteResource) -> DeleteResource:
    @functools.wraps(original)
    def delete(resource_type: str, physical_id: str, properties: Properties, /, *rest: Any) -> None:
        stack_permissions.require("delete", resource_type, physical_id, properties)
        original(resource_type, physical_id, properties, *rest)

    return delete
