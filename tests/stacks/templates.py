"""Readers of synthesized templates."""

import re
from collections.abc import Callable
from typing import Any

TemplateOf = Callable[..., dict[str, Any]]

ACCOUNT = "<AWS::AccountId>"
DATA_BUCKET = "<data bucket>"
DATA_BUCKET_ARN = f"arn:aws:s3:::{DATA_BUCKET}"


def of_type(template: dict[str, Any], type_: str) -> dict[str, Any]:
    """Return the resources of a type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == type_}


def properties_of(template: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    """Return the properties of every resource of a type."""
    return [resource["Properties"] for resource in of_type(template, type_).values()]


def only(template: dict[str, Any], type_: str) -> dict[str, Any]:
    """Return the properties of the only resource of a type."""
    (properties,) = properties_of(template, type_)
    return properties


def listed(value: Any) -> list[Any]:
    """Return a list: IAM and CloudFormation allow one value instead of a list."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Resolve intrinsic functions into readable text: a reference as <logical id>."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return "".join(map(text, argument[1])).replace("<AWS::Partition>", "aws")
    if function == "Fn::ImportValue":
        return DATA_BUCKET_ARN if "Arn" in argument else DATA_BUCKET
    return f"<{argument if function == 'Ref' else argument[0]}>"


def role(template: dict[str, Any], description: str) -> dict[str, Any]:
    """Return the properties of the role whose description begins with `description`."""
    (properties,) = (
        role_
        for role_ in properties_of(template, "AWS::IAM::Role")
        if role_.get("Description", "").startswith(description)
    )
    return properties


def granted_resources(role_: dict[str, Any]) -> dict[str, list[str]]:
    """Return action -> the ARN patterns on which the inline policies of a role allow it."""
    granted: dict[str, list[str]] = {}
    for policy in role_["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                granted.setdefault(action, []).extend(map(text, listed(statement["Resource"])))
    return granted


def deployed_definition(machine: dict[str, Any]) -> str:
    """Return the definition of a state machine as CloudFormation deploys it, with its substitutions."""
    substitutions = {
        name: text(value).replace("<AWS::Partition>", "aws")
        for name, value in machine["DefinitionSubstitutions"].items()
    }
    return re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], machine["DefinitionString"])
