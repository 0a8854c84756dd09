"""Authorises the operations of a stack on its resources: ministack provisions them without IAM.

A type that `resource_permissions` doesn't list is provisioned without a check, unless its provisioner calls
AWS with `identity.stack_client`: then the service itself authorises the call.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from local_aws.identity import clients, iam, sessions
from local_aws.identity.resource_permissions import CUSTOM_RESOURCE, TYPES, ResourcePermissions
from local_aws.ministack.bindings import ministack
from local_aws.ministack.documents import Properties


class Permission(NamedTuple):
    """One action on one resource; for iam:PassRole, the service that the role is passed to."""

    action: str
    resource: str
    passed_to: str = ""


def require(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties | None = None
) -> None:
    """Raise PermissionError with AWS's message unless the stack's principal may do an operation.

    Parameters
    ----------
    operation
        "create", "update" or "delete".
    resource_type, identifier
        The type, and the physical id; before a creation, the name that the resource will get.
    properties, old
        Its properties, and before an update the current ones.
    """
    principal = clients.STACK_PRINCIPAL.get()
    for permission in required(operation, resource_type, identifier, properties, old or {}):
        if permission.passed_to:
            refusal = iam.pass_refusal(principal, permission.resource, permission.passed_to)
            message = refusal.message if refusal else None
        else:
            message = iam.denial(principal, permission.action, permission.resource)
        if message:
            raise PermissionError(message)


def required(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties
) -> Iterator[Permission]:
    """Yield the permissions that an operation takes, in the order in which AWS would check them."""
    custom = resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"
    permissions = CUSTOM_RESOURCE if custom else TYPES.get(resource_type)
    if permissions is None:
        return
    own: tuple[str, ...] = getattr(permissions, operation)
    changed = [] if operation == "delete" else _changed(properties, old)
    extra = [permissions.properties[name] for name in changed if name in permissions.properties]
    for resource in _arns(permissions, identifier, properties):
        yield from (Permission(action, resource) for action in (*own, *extra))
    for name, service in permissions.passes.items():
        if name in changed:
            yield from (Permission("iam:PassRole", role, service) for role in _roles(properties[name]))


def _roles(value: Any) -> list[str]:
    """Return the role that a property is, or the roles of the target or targets that it is."""
    if isinstance(value, str):
        return [value]
    targets = value if isinstance(value, list) else [value]
    return [target["RoleArn"] for target in targets if "RoleArn" in target]


def _changed(properties: Properties, old: Properties) -> list[str]:
    """Return the properties that differ; tags that CloudFormation itself adds take no permission."""
    return [
        name
        for name, value in properties.items()
        if (_user_tags(value) != _user_tags(old.get(name, [])) if name == "Tags" else value != old.get(name))
    ]


def _user_tags(tags: Any) -> Any:
    if not isinstance(tags, list):
        return tags
    return [tag for tag in tags if not str(tag.get("Key", "")).startswith("aws:")]


def _arns(permissions: ResourcePermissions, identifier: str, properties: Properties) -> list[str]:
    names = properties.get(permissions.on, []) if permissions.on else identifier
    return [_arn(permissions, name) for name in ([names] if isinstance(names, str) else names)]


def _arn(permissions: ResourcePermissions, name: str) -> str:
    if name.startswith("arn:"):
        return name
    arn = permissions.arn.format(region=sessions.region(), account=sessions.account(), id=name)
    return arn.replace("parameter//", "parameter/")


def future_name(resource_type: str, logical_id: str, properties: Properties, stack_name: str) -> str:
    """Return the name that a resource will get."""
    permissions = TYPES.get(resource_type)
    name = properties.get(permissions.name) if permissions and permissions.name else None
    return str(name or ministack.physical_name(stack_name, logical_id, lowercase="S3" in resource_type))
