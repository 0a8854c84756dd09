"""The functions that a template's conditions may use; ministack supports only Ref and Fn::Select in them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html
"""

import functools
import re
from typing import Any

from local_aws import identity
from local_aws.ministack.bindings import Ministack
from local_aws.ministack.documents import Parameter
from local_aws.ministack.signatures import EvaluateConditions


def install() -> None:
    """Resolve the values in conditions before ministack compares them."""
    Ministack.evaluate_conditions.wrap(_resolve_before)


def _resolve_before(original: EvaluateConditions) -> EvaluateConditions:
    @functools.wraps(original)
    def evaluate(template: dict[str, Any], parameters: dict[str, Parameter]) -> dict[str, bool]:
        values = {name: parameter["Value"] for name, parameter in parameters.items()}
        conditions = resolve(template.get("Conditions", {}), values, template.get("Mappings", {}))
        return original({**template, "Conditions": conditions}, parameters)

    return evaluate


def resolve(node: Any, values: dict[str, Any], mappings: dict[str, Any]) -> Any:
    """Return a condition with every value in it resolved.

    Parameters
    ----------
    node
        The condition, or a part of it.
    values
        The parameters' values; a list is a string with commas.
    mappings
        The template's mappings.
    """
    if isinstance(node, list):
        return [resolve(part, values, mappings) for part in node]
    if not isinstance(node, dict):
        return node
    parts = {name: resolve(part, values, mappings) for name, part in node.items()}
    if len(parts) != 1:
        return parts
    (name, argument), *_ = parts.items()
    return _function(name, argument, values, mappings, parts)


def _function(  # noqa: PLR0911 -- one return for each function
    name: str, argument: Any, values: dict[str, Any], mappings: dict[str, Any], node: Any
) -> Any:
    match name:
        case "Ref":
            return values.get(argument, _pseudo().get(argument, argument))
        case "Fn::Join":
            return argument[0].join(str(part) for part in _list(argument[1]))
        case "Fn::Split":
            return str(argument[1]).split(argument[0])
        case "Fn::Select":
            return _list(argument[1])[int(argument[0])]
        case "Fn::FindInMap":
            return mappings[argument[0]][argument[1]][argument[2]]
        case "Fn::Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            known = {**_pseudo(), **values, **own}
            return re.sub(
                r"\$\{([^!}]+)\}", lambda match: str(known.get(match.group(1), match.group(0))), text
            )
        case _:
            return node


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [part.strip() for part in str(value).split(",")]


def _pseudo() -> dict[str, str]:
    return {
        "AWS::AccountId": identity.account(),
        "AWS::Region": identity.region(),
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
    }
