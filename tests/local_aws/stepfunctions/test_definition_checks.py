import json
from typing import Any

import pytest

from local_aws.stepfunctions.definition_checks import problems

END: dict[str, Any] = {"Type": "Succeed"}


def errors_of(*, start: str = "A", language: str = "JSONPath", **states: Any) -> list[str]:
    return problems(json.dumps({"StartAt": start, "QueryLanguage": language, "States": states}))


def map_over(**states: Any) -> dict[str, Any]:
    """A Map whose iterations run the states, the first of which is the start."""
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True}


def test_a_valid_definition_has_no_errors() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "B"}], "Default": "C"}
    task = {"Type": "Task", "Resource": "r", "Next": "C", "Catch": [{"ErrorEquals": ["x"], "Next": "D"}]}
    assert errors_of(A=choice, B=task, C=END, D={"Type": "Fail"}) == []


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        ({"A": {"Type": "Pass", "Next": "B"}}, "Missing 'Next' target: B at /States/A/Next"),
        ({"A": END, "B": END}, 'State "B" is not reachable. at /States/B'),
        ({"A": {"Type": "Passs", "End": True}}, "The field 'Type' must be one of"),
        ({"A": {"Type": "Pass"}}, "Neither 'Next' nor 'End' is given at /States/A"),
        ({"A": {"Type": "Task", "End": True}}, "These fields are required: [Resource] at /States/A"),
        ({"B": END}, "Missing 'StartAt' target: A at /StartAt"),
        ({}, "These fields are required: [States] at /"),
        ({"A": "a state"}, "A state must be an object at /States/A"),
        (
            {"A": {"Type": "Parallel", "End": True, "Branches": ["a branch"]}},
            "A machine must be an object at /States/A/Branches[0]",
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
        ({"A": {"Type": "Map", "End": True}}, "These fields are required: [ItemProcessor] at /States/A"),
        ({"A": map_over(B=END, C=END)}, 'State "C" is not reachable. at /States/A/ItemProcessor/States/C'),
        (
            {"A": map_over(B={"Type": "Pass", "Next": "A"})},
            "Missing 'Next' target: A at /States/A/ItemProcessor",
        ),
        ({"A": map_over(B={"Type": "Pass", "Next": "A"}, A=END)}, "Duplicate State name: A"),
        (
            {"A": {"Type": "Succeed", "Comment": "done", "Nxt": "B"}},
            "Field 'Nxt' is not supported at /States/A",
        ),
        (
            {"A": {"Type": "Task", "Resource": "r", "End": True, "Retry": [{"Interval": 1}]}},
            "Field 'Interval' is not supported at /States/A/Retry[0]",
        ),
    ],
)
def test_errors_are_reported_with_their_locations(states: dict[str, Any], problem: str) -> None:
    assert any(problem in error for error in errors_of(**states)), errors_of(**states)


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null"])
def test_json_that_is_not_an_object_is_refused(text: str) -> None:
    assert problems(text) == ["SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"]


def test_a_definition_that_is_not_json_is_refused() -> None:
    assert problems("{")[0].startswith("INVALID_JSON_DESCRIPTION")


def test_an_item_processor_cannot_have_its_own_query_language() -> None:
    each = map_over(B=END)
    each["ItemProcessor"]["QueryLanguage"] = "JSONata"
    assert "Field 'QueryLanguage' is not supported at /States/A/ItemProcessor" in errors_of(A=each)[0]


@pytest.mark.parametrize(
    "field",
    ["InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "TimeoutSecondsPath"],
)
def test_a_jsonata_machine_refuses_jsonpath_fields(field: str) -> None:
    task = {"Type": "Task", "Resource": "r", field: "$.x", "End": True}
    message = (
        f"SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field '{field}' is only "
        "supported for the 'JSONPath' QueryLanguage at "
    )
    assert errors_of(language="JSONata", A=task) == [f"{message}/States/A"]
    assert errors_of(language="JSONata", A=map_over(B=task)) == [f"{message}/States/A/ItemProcessor/States/B"]
    assert errors_of(A=task) == []


@pytest.mark.parametrize("field", ["Arguments", "Output"])
def test_a_jsonpath_machine_refuses_jsonata_fields(field: str) -> None:
    task = {"Type": "Task", "Resource": "r", field: {}, "End": True}
    assert "is only supported for the 'JSONata' QueryLanguage at /States/A" in errors_of(A=task)[0]
    assert errors_of(A={**task, "QueryLanguage": "JSONata"}) == []


def test_choice_rules_and_catchers_refuse_fields_of_the_other_language() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "B"}], "Default": "B"}
    assert "field 'Variable' is only supported" in errors_of(language="JSONata", A=choice, B=END)[0]
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}
    task = {"Type": "Task", "Resource": "r", "Catch": [catch], "End": True}
    assert "field 'ResultPath' is only supported" in errors_of(language="JSONata", A=task, B=END)[0]


def test_a_jsonata_machine_refuses_jsonpath_states() -> None:
    errors = errors_of(language="JSONata", A={**END, "QueryLanguage": "JSONPath"})
    assert "'QueryLanguage' can not be 'JSONPath'" in errors[0]


@pytest.mark.parametrize("text", ["{% $x", "$x %}", " {% $x %}", "{% $x %} "])
def test_an_expression_that_is_not_closed_is_refused(text: str) -> None:
    errors = errors_of(language="JSONata", A={"Type": "Pass", "Output": {"deep": [text]}, "End": True})
    assert "must start with '{%' and end with '%}' at /States/A/Output/deep[0]" in errors[0]
    assert errors_of(language="JSONata", A={**END, "Comment": text, "Output": "{% 1 %}"}) == []


def test_an_iteration_may_not_assign_a_variable_of_the_outer_scope() -> None:
    start = {"Type": "Pass", "Assign": {"x": 1, "y": 1}, "Next": "B"}
    caught = {"ErrorEquals": ["States.ALL"], "Assign": {"x": 2}, "Next": "D"}
    task = {"Type": "Task", "Resource": "r", "Catch": [caught], "Next": "D"}
    errors = errors_of(language="JSONata", A=start, B=map_over(C=task, D={**END}))
    assert len(errors) == 1
    assert "The variable 'x' is assigned in an outer scope too" in errors[0]
    assert errors[0].endswith("at /States/B/ItemProcessor")


def test_branches_may_assign_the_same_variable() -> None:
    own = {"Type": "Pass", "Assign": {"x": 1}, "End": True}
    branches = [{"StartAt": name, "States": {name: own}} for name in ("B", "C")]
    assert errors_of(language="JSONata", A={"Type": "Parallel", "Branches": branches, "End": True}) == []


def test_expressions_are_checked_at_every_depth() -> None:
    each = map_over(B={"Type": "Pass", "Output": [{"deep": "{% phone %}"}], "End": True})
    (error,) = errors_of(language="JSONata", A=each)
    assert error.endswith("not supported. at /States/A/ItemProcessor/States/B/Output[0]/deep")
