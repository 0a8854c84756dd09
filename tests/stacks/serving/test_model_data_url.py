"""The conditions on the model that the parameter ModelDataUrl names."""

from typing import Any

import pytest

from tests.stacks.templates import TemplateOf

BUILT_IN_URL = "s3://bucket/models/lda-dev-run-0/output/model.tar.gz"
OPEN_URL = "s3://bucket/models/open/lda-dev-run-0/output/model.tar.gz"


def evaluate(expression: Any, url: str) -> Any:
    """Evaluate an expression of a CloudFormation condition."""
    if isinstance(expression, list):
        return [evaluate(part, url) for part in expression]
    if not isinstance(expression, dict):
        return expression
    ((function, arguments),) = expression.items()
    if function == "Ref":
        return {"ModelDataUrl": url}[arguments]
    values = [evaluate(argument, url) for argument in arguments]
    assert function != "Fn::Split" or values[1], "Fn::Split of an empty text isn't documented"
    functions: dict[str, Any] = {
        "Fn::And": lambda *conditions: all(conditions),
        "Fn::Not": lambda condition: not condition,
        "Fn::Equals": lambda left, right: left == right,
        "Fn::Join": lambda separator, parts: separator.join(parts),
        "Fn::Split": lambda separator, text: text.split(separator),
        "Fn::Select": lambda index, parts: parts[index],
    }
    return functions[function](*values)


@pytest.mark.parametrize(
    ("algorithm", "url", "servable", "of_other"),
    [
        ("built-in", "", False, False),
        ("built-in", BUILT_IN_URL, True, False),
        ("built-in", OPEN_URL, False, True),
        ("open", "", False, False),
        ("open", BUILT_IN_URL, False, True),
        ("open", OPEN_URL, True, False),
    ],
)
def test_a_model_is_served_only_if_the_deployments_algorithm_trained_it(
    template: TemplateOf,
    overridden: dict[str, object],
    algorithm: str,
    url: str,
    *,
    servable: bool,
    of_other: bool,
) -> None:
    settings = overridden if algorithm == "open" else {"environment": "dev"}
    conditions = template("Serving", **settings)["Conditions"]
    assert evaluate(conditions["ModelServable"], url) is servable
    assert evaluate(conditions["ModelOfOtherAlgorithm"], url) is of_other
