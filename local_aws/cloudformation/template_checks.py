"""Template errors that CloudFormation reports and ministack doesn't.

resource_properties.json has the property names of the types that SageMaker projects use, from the schemas
of the CloudFormation registry. Properties of other types are not checked.
"""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).with_name("resource_properties.json")


def check(template: dict[str, Any]) -> None:
    """Refuse references to resources that the template doesn't have.

    Raises
    ------
    ValueError
        With CloudFormation's message.
    """
    resources = template.get("Resources") or {}
    missing = sorted(
        {name for resource in resources.values() for name in _depends_on(resource) if name not in resources}
        | {name for name in _references(template) if not _known(name, template)}
    )
    if missing:
        raise ValueError(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the "
            "Resources block of the template"
        )


def _depends_on(resource: dict[str, Any]) -> list[str]:
    names = resource.get("DependsOn", [])
    return [names] if isinstance(names, str) else list(names)


def _references(template: dict[str, Any]) -> Iterator[str]:
    """Yield the names that Ref and Fn::GetAtt of the resources name."""
    pending: list[Any] = [template.get("Resources")]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            if isinstance(node.get("Ref"), str) and len(node) == 1:
                yield node["Ref"]
            if isinstance(node.get("Fn::GetAtt"), list) and node["Fn::GetAtt"]:
                yield str(node["Fn::GetAtt"][0])
            pending += node.values()


def _known(name: str, template: dict[str, Any]) -> bool:
    return (
        name.startswith("AWS::")
        or name in template.get("Resources", {})
        or name in template.get("Parameters", {})
    )


def check_properties(resource_type: str, logical_id: str, properties: dict[str, Any]) -> None:
    """Refuse properties that the type doesn't have, and missing ones that it requires.

    Raises
    ------
    ValueError
        With CloudFormation's message.
    """
    problems = list(_problems(properties, _schemas().get(resource_type), "#"))
    if problems:
        message = "\n".join(problems)
        raise ValueError(f"Properties validation failed for resource {logical_id} with message:\n{message}")


def _problems(value: Any, schema: Any, location: str) -> Iterator[str]:
    if isinstance(schema, list) and isinstance(value, list):
        for number, part in enumerate(value):
            yield from _problems(part, schema[0], f"{location}/{number}")
    elif isinstance(schema, dict) and isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{location}: required key [{name}] not found"
        for name, part in value.items():
            if name not in schema["properties"]:
                yield f"{location}: extraneous key [{name}] is not permitted"
            else:
                yield from _problems(part, schema["properties"][name], f"{location}/{name}")


@functools.cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(SCHEMAS.read_text())
    return schemas


def outputs_changed(old: dict[str, Any], new: dict[str, Any], changed_parameters: set[str]) -> bool:
    """Whether two templates differ in their outputs, or an output refers to a changed parameter."""
    outputs = new.get("Outputs") or {}
    text = json.dumps(outputs)
    return outputs != (old.get("Outputs") or {}) or any(
        f'"Ref": "{name}"' in text or f"${{{name}}}" in text for name in changed_parameters
    )
