"""Reads a template: intrinsic functions and the substitutions of a definition as readable text."""

import re
from typing import Any


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: value for name, value in template["Resources"].items() if value["Type"] == kind}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Resolve intrinsic functions into readable text."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(text(part) for part in argument[1])
    if function == "Ref":
        return f"<{argument}>".replace("<AWS::Partition>", "aws")
    return f"<{argument[0]}>" if function == "Fn::GetAtt" else f"<{text(argument)}>"


def deployed_definition(machine: dict[str, Any]) -> str:
    """Return the definition of a state machine as CloudFormation deploys it: substitutions are plain text."""
    substitutions = {name: text(value) for name, value in machine["DefinitionSubstitutions"].items()}
    return re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], machine["DefinitionString"])
