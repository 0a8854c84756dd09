import json
from typing import Any

import pytest

from local_aws.machine_definitions import problems

END: dict[str, Any] = {"Type": "Succeed"}


def found(*, start: str = "A", **states: Any) -> list[str]:
    return problems(json.dumps({"StartAt": start, "States": states}))


def test_a_definition_that_leads_to_its_end_has_no_problems() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "B"}], "Default": "C"}
    task = {"Type": "Task", "Resource": "r", "Next": "C", "Catch": [{"ErrorEquals": ["x"], "Next": "D"}]}
    assert found(A=choice, B=task, C=END, D={"Type": "Fail"}) == []


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ({"A": {"Type": "Pass", "Next": "B"}}, "Missing 'Next' target: B at /States/A/Next"),
        ({"A": END, "B": END}, 'State "B" is not reachable. at /States/B'),
        ({"A": {"Type": "Passs", "End": True}}, "The field 'Type' must be one of"),
        ({"A": {"Type": "Pass"}}, "Neither 'Next' nor 'End' is given at /States/A"),
        ({"A": {"Type": "Task", "End": True}}, "The field 'Resource' is required at /States/A"),
        ({"B": END}, "Missing 'StartAt' target: A at /StartAt"),
        ({}, "The field 'States' is required"),
        ({"A": "a state"}, "A state must be an object at /States/A"),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": ["a branch"]}},
            "The field 'States' is required, and not empty, at /States/A/Branches[0]",
        ),
        (
            {"A": {"Type": "Task", "Resource": "r", "End": True, "Catch": [{"Next": "B"}]}},
            "Missing 'Next' target: B at /States/A/Catch[0]/Next",
        ),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": [{"StartAt": "X", "States": {"Y": END}}]}},
            "Missing 'StartAt' target: X at /States/A/Branches[0]/StartAt",
        ),
        (
            {"A": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "X", "States": {"Y": END}}}},
            "Missing 'StartAt' target: X at /States/A/ItemProcessor/StartAt",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(states: dict[str, Any], problem: str) -> None:
    assert any(problem in said for said in found(**states)), found(**states)


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert problems(text) == ["SCHEMA_VALIDATION_FAILED: The field 'States' is required, and not empty, at /"]


def test_what_is_no_json_is_refused() -> None:
    assert problems("{")[0].startswith("INVALID_JSON_DESCRIPTION")
