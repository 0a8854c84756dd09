import json
from typing import Any

import pytest

from local_aws.stepfunctions.definition_checks import problems

END: dict[str, Any] = {"Type": "Succeed"}


def found(*, start: str = "A", language: str = "JSONPath", **states: Any) -> list[str]:
    return problems(json.dumps({"StartAt": start, "QueryLanguage": language, "States": states}))


def over(**states: Any) -> dict[str, Any]:
    """A Map whose iterations run the states, the first of which is the start."""
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True}


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
        ({"A": over(B=END, C=END)}, 'State "C" is not reachable. at /States/A/ItemProcessor/States/C'),
        ({"A": over(B={"Type": "Pass", "Next": "A"})}, "Missing 'Next' target: A at /States/A/ItemProcessor"),
        ({"A": over(B={"Type": "Pass", "Next": "A"}, A=END)}, "Duplicate State name: A"),
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
def test_what_is_wrong_is_said_with_its_place(states: dict[str, Any], problem: str) -> None:
    assert any(problem in said for said in found(**states)), found(**states)


@pytest.mark.parametrize("text", ["[]", "1", '"text"', "null"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    assert problems(text) == ["SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object"]


def test_what_is_no_json_is_refused() -> None:
    assert problems("{")[0].startswith("INVALID_JSON_DESCRIPTION")


def test_an_item_processor_has_no_query_language_of_its_own() -> None:
    each = over(B=END)
    each["ItemProcessor"]["QueryLanguage"] = "JSONata"
    assert "Field 'QueryLanguage' is not supported at /States/A/ItemProcessor" in found(A=each)[0]


@pytest.mark.parametrize(
    "field",
    ["InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "TimeoutSecondsPath"],
)
def test_a_jsonata_machine_has_no_field_of_jsonpath(field: str) -> None:
    task = {"Type": "Task", "Resource": "r", field: "$.x", "End": True}
    said = (
        f"SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field '{field}' is only "
        "supported for the 'JSONPath' QueryLanguage at "
    )
    assert found(language="JSONata", A=task) == [f"{said}/States/A"]
    assert found(language="JSONata", A=over(B=task)) == [f"{said}/States/A/ItemProcessor/States/B"]
    assert found(A=task) == []


@pytest.mark.parametrize("field", ["Arguments", "Output"])
def test_a_jsonpath_machine_has_no_field_of_jsonata(field: str) -> None:
    task = {"Type": "Task", "Resource": "r", field: {}, "End": True}
    assert "is only supported for the 'JSONata' QueryLanguage at /States/A" in found(A=task)[0]
    assert found(A={**task, "QueryLanguage": "JSONata"}) == []


def test_a_rule_and_a_catcher_have_the_fields_of_their_language() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "B"}], "Default": "B"}
    assert "field 'Variable' is only supported" in found(language="JSONata", A=choice, B=END)[0]
    catch = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "B"}
    task = {"Type": "Task", "Resource": "r", "Catch": [catch], "End": True}
    assert "field 'ResultPath' is only supported" in found(language="JSONata", A=task, B=END)[0]


def test_a_jsonata_machine_has_no_jsonpath_states() -> None:
    said = found(language="JSONata", A={**END, "QueryLanguage": "JSONPath"})
    assert "'QueryLanguage' can not be 'JSONPath'" in said[0]


@pytest.mark.parametrize("text", ["{% $x", "$x %}", " {% $x %}", "{% $x %} "])
def test_an_expression_that_is_not_closed_is_refused(text: str) -> None:
    said = found(language="JSONata", A={"Type": "Pass", "Output": {"deep": [text]}, "End": True})
    assert "must start with '{%' and end with '%}' at /States/A/Output/deep[0]" in said[0]
    assert found(language="JSONata", A={**END, "Comment": text, "Output": "{% 1 %}"}) == []


def test_what_an_outer_scope_assigns_an_iteration_may_not() -> None:
    start = {"Type": "Pass", "Assign": {"x": 1, "y": 1}, "Next": "B"}
    caught = {"ErrorEquals": ["States.ALL"], "Assign": {"x": 2}, "Next": "D"}
    task = {"Type": "Task", "Resource": "r", "Catch": [caught], "Next": "D"}
    said = found(language="JSONata", A=start, B=over(C=task, D={**END}))
    assert len(said) == 1
    assert "The variable 'x' is assigned in an outer scope too" in said[0]
    assert said[0].endswith("at /States/B/ItemProcessor")


def test_branches_may_assign_the_same_variable() -> None:
    own = {"Type": "Pass", "Assign": {"x": 1}, "End": True}
    branches = [{"StartAt": name, "States": {name: own}} for name in ("B", "C")]
    assert found(language="JSONata", A={"Type": "Parallel", "Branches": branches, "End": True}) == []


def test_expressions_are_looked_into_wherever_they_stand() -> None:
    each = over(B={"Type": "Pass", "Output": [{"deep": "{% phone %}"}], "End": True})
    (said,) = found(language="JSONata", A=each)
    assert said.endswith("not supported. at /States/A/ItemProcessor/States/B/Output[0]/deep")
