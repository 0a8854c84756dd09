"""What a stack operation needs of IAM, by resource type: ministack provisions without asking.

A type that doesn't stand in `resource_rights` is provisioned whatever the rights are, unless a provisioner
of ours calls AWS for it (`identity.stack_client`): then the service itself asks.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from local_aws import identity
from local_aws.identity import iam
from local_aws.identity.resource_permissions import CUSTOM, TYPES, Rights
from local_aws.ministack import bindings

Properties = dict[str, Any]


class Need(NamedTuple):
    """One action on one resource; for iam:PassRole, the service that the role is passed to."""

    action: str
    resource: str
    passed_to: str = ""


def require(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties | None = None
) -> None:
    """Raise PermissionError with AWS's sentence unless the stack's principal may do it.

    Parameters
    ----------
    operation
        "create", "update" or "delete".
    resource_type, identifier
        The type, and the physical id; before a creation, the name that it will get.
    properties, old
        Its properties, and before an update those that it has.
    """
    principal = identity.OPERATOR.get()
    for need in needs(operation, resource_type, identifier, properties, old or {}):
        if need.passed_to and (refusal := iam.pass_refusal(principal, need.resource, need.passed_to)):
            raise PermissionError(refusal.message)
        if not need.passed_to and (sentence := iam.denial(principal, need.action, need.resource)):
            raise PermissionError(sentence)


def needs(
    operation: str, resource_type: str, identifier: str, properties: Properties, old: Properties
) -> Iterator[Need]:
    """Yield what an operation needs, in the order in which AWS would ask."""
    custom = resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource"
    rights = CUSTOM if custom else TYPES.get(resource_type)
    if rights is None:
        return
    own: tuple[str, ...] = getattr(rights, operation)
    changed = [] if operation == "delete" else _changed(properties, old)
    extra = [rights.properties[name] for name in changed if name in rights.properties]
    for resource in _arns(rights, identifier, properties):
        yield from (Need(action, resource) for action in (*own, *extra))
    for name, service in rights.passes.items():
        if name in changed:
            yield from (Need("iam:PassRole", role, service) for role in _roles(properties[name]))


def _roles(value: Any) -> list[str]:
    """Return the role that a property is, or those of the target or targets that it is."""
    if isinstance(value, str):
        return [value]
    targets = value if isinstance(value, list) else [value]
    return [target["RoleArn"] for target in targets if "RoleArn" in target]


def _changed(properties: Properties, old: Properties) -> list[str]:
    """Return the properties that differ; tags that CloudFormation itself adds take no right."""
    return [
        name
        for name, value in properties.items()
        if (_own(value) != _own(old.get(name, [])) if name == "Tags" else value != old.get(name))
    ]


def _own(tags: Any) -> Any:
    if not isinstance(tags, list):
        return tags
    return [tag for tag in tags if not str(tag.get("Key", "")).startswith("aws:")]


def _arns(rights: Rights, identifier: str, properties: Properties) -> list[str]:
    named = properties.get(rights.on, []) if rights.on else identifier
    return [
        name
        if name.startswith("arn:")
        else rights.arn.format(region=identity.region(), account=identity.account(), id=name).replace(
            "parameter//", "parameter/"
        )
        for name in ([named] if isinstance(named, str) else named)
    ]


def future_name(resource_type: str, logical_id: str, properties: Properties, stack_name: str) -> str:
    """Return the name that a resource will get."""
    rights = TYPES.get(resource_type)
    name = properties.get(rights.name) if rights and rights.name else None
    return str(name or bindings.get("physical name")(stack_name, logical_id, lowercase="S3" in resource_type))
