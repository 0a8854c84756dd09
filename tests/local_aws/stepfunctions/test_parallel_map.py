import json
import time
from typing import Any

import pytest

# A function that returns its event, fails if the event has "fail", and takes the event's seconds.
WORKER = """
import time

class ItemError(Exception):
    pass

def handler(event, context):
    time.sleep(event.get("seconds", 0))
    if event.get("fail"):
        raise ItemError(event["fail"])
    return event
"""
INVOKE = "arn:aws:states:::lambda:invoke"


def invoke(function: str, payload: Any, **fields: Any) -> dict[str, Any]:
    arguments = {"FunctionName": function, "Payload": payload}
    output = "{% $states.result.Payload %}"
    return {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, "Output": output, **fields}


def map_over(states: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A Map whose iterations run the states, the first of which is the start."""
    processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "Items": "{% $states.input.items %}", "ItemProcessor": processor, **fields}


def output(ended: dict[str, Any]) -> Any:
    assert ended["status"] == "SUCCEEDED", ended
    return json.loads(ended["output"])


@pytest.fixture
def run(aws: Any, allow: Any) -> Any:
    """A function that runs JSONata states with an input."""

    def run(states: dict[str, Any], **execution_input: Any) -> dict[str, Any]:
        machine = aws.machine(states, allow("lambda:InvokeFunction"), QueryLanguage="JSONata")
        ended: dict[str, Any] = aws.run(machine, **execution_input)
        return ended

    return run


@pytest.fixture(scope="module")
def worker(aws: Any) -> Any:
    return aws.function(WORKER)


def test_a_maps_results_are_in_the_order_of_its_items(run: Any, worker: str) -> None:
    payload = {"number": "{% $states.input.number %}", "seconds": "{% $states.input.seconds %}"}
    states = {"Work": invoke(worker, payload, End=True)}
    items = [{"number": 1, "seconds": 0.6}, {"number": 2, "seconds": 0.3}, {"number": 3, "seconds": 0}]
    assert output(run({"Each": map_over(states, End=True)}, items=items)) == items


def test_an_iteration_has_its_item_the_outer_variables_and_its_own_retries(run: Any, worker: str) -> None:
    payload = {
        "index": "{% $states.context.Map.Item.Index %}",
        "value": "{% $states.context.Map.Item.Value %}",
        "base": "{% $base %}",
        "state": "{% $states.context.State.Name %}",
        "retries": "{% $states.context.State.RetryCount %}",
        "fail": "{% $states.context.State.RetryCount = 0 ? 'once' : '' %}",
    }
    retry = [{"ErrorEquals": ["ItemError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    states = {
        "Name": {"Type": "Pass", "Assign": {"base": "{% $states.input.base %}"}, "Next": "Each"},
        "Each": map_over({"Work": invoke(worker, payload, Retry=retry, End=True)}, End=True),
    }
    (first, second) = output(run(states, items=["a", "b"], base="lda"))
    assert first == {"index": 0, "value": "a", "base": "lda", "state": "Work", "retries": 1, "fail": ""}
    assert (second["index"], second["value"]) == (1, "b")


def test_item_selector_is_the_input_of_an_iteration(run: Any) -> None:
    selector = {"item": "{% $states.context.Map.Item.Value %}", "all": "{% $states.input.name %}"}
    each = map_over({"Pass": {"Type": "Pass", "End": True}}, ItemSelector=selector, End=True)
    assert output(run({"Each": each}, items=[1], name="run")) == [{"item": 1, "all": "run"}]


def test_variables_of_an_iteration_are_local(run: Any) -> None:
    count = {"Type": "Pass", "Assign": {"own": "{% $base + $states.input %}"}, "Next": "Show"}
    show = {"Type": "Pass", "Output": "{% $own %}", "End": True}
    variables = {"inside": "{% $exists($own) %}", "last": "{% $last %}"}
    states = {
        "Start": {"Type": "Pass", "Assign": {"base": 10}, "Next": "Each"},
        "Each": map_over(
            {"Count": count, "Show": show}, Assign={"last": "{% $states.result[-1] %}"}, Next="End"
        ),
        "End": {"Type": "Pass", "Output": variables, "End": True},
    }
    assert output(run(states, items=[1, 2, 3])) == {"inside": False, "last": 13}


def test_a_maps_output_may_use_its_results(run: Any) -> None:
    each = map_over({"Pass": {"Type": "Pass", "End": True}}, Output="{% $sum($states.result) %}", End=True)
    assert output(run({"Each": each}, items=[1, 2, 3])) == 6


@pytest.mark.parametrize(("max_concurrency", "expected"), [(1, 1), ("{% $states.input.limit %}", 2), (0, 4)])
def test_max_concurrency_limits_the_iterations(
    aws: Any, run: Any, max_concurrency: Any, expected: int
) -> None:
    wait = {"Type": "Wait", "Seconds": 20, "End": True}
    each = map_over({"Wait": wait}, MaxConcurrency=max_concurrency, End=True)
    ended = run({"Each": each}, items=[1, 2, 3, 4], limit=2)
    running = most = 0
    for event in aws.history(ended["executionArn"]):
        running += {"MapIterationStarted": 1, "MapIterationSucceeded": -1}.get(event["type"], 0)
        most = max(most, running)
    assert most == expected


def test_an_iteration_may_catch_its_own_failure(run: Any, worker: str) -> None:
    caught = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"reason": "{% $states.errorOutput.Error %}"},
        "Output": {"completed": False},
        "Next": "Recover",
    }
    states = {
        "Work": invoke(worker, {"fail": "{% $states.input %}"}, Catch=[caught], End=True),
        "Recover": {
            "Type": "Pass",
            "Output": {"reason": "{% $reason %}", "completed": "{% $states.input.completed %}"},
            "End": True,
        },
    }
    (good, bad) = output(run({"Each": map_over(states, End=True)}, items=["", "no luck"]))
    assert good == {"fail": ""}
    assert bad == {"reason": "ItemError", "completed": False}


def test_a_failed_iteration_ends_the_map_without_waiting_for_the_others(
    aws: Any, run: Any, worker: str
) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": "{% $states.input.wait %}", "Next": "Work"},
        "Work": invoke(worker, {"fail": "at once"}, End=True),
    }
    ended = run({"Each": map_over(states, End=True)}, items=[{"wait": 1000}, {"wait": 0}])
    assert (ended["status"], ended["error"]) == ("FAILED", "ItemError")
    types = [event["type"] for event in aws.history(ended["executionArn"])]
    assert types[-4:] == ["MapIterationFailed", "MapIterationAborted", "MapStateFailed", "ExecutionFailed"]


def test_a_map_catches_and_retries_as_a_whole(aws: Any, run: Any, worker: str) -> None:
    caught = {"ErrorEquals": ["ItemError"], "Assign": {"reason": "{% $states.errorOutput.Error %}"}}
    retry = [{"ErrorEquals": ["ItemError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    states = {
        "Each": map_over(
            {"Work": invoke(worker, {"fail": "always"}, End=True)},
            Retry=retry,
            Catch=[{**caught, "Next": "Show"}],
            End=True,
        ),
        "Show": {"Type": "Succeed", "Output": "{% $reason %}"},
    }
    ended = run(states, items=[1])
    assert output(ended) == "ItemError"
    types = [event["type"] for event in aws.history(ended["executionArn"])]
    assert types.count("MapStateStarted") == types.count("MapStateFailed") == 2


def test_items_that_are_not_an_array_fail_the_map(run: Any) -> None:
    each = map_over({"Pass": {"Type": "Pass", "End": True}}, End=True)
    assert run({"Each": each}, items="text")["error"] == "States.QueryEvaluationError"


def test_a_map_over_an_empty_array_returns_an_empty_array(run: Any) -> None:
    assert output(run({"Each": map_over({"Pass": {"Type": "Pass", "End": True}}, End=True)}, items=[])) == []


def test_a_map_in_jsonpath_has_its_paths_and_selectors(aws: Any) -> None:
    processor = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
    each = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "MaxConcurrencyPath": "$.limit",
        "ItemSelector": {"item.$": "$$.Map.Item.Value", "name.$": "$.name"},
        "ItemProcessor": processor,
        "ResultSelector": {"first.$": "$[0]"},
        "ResultPath": "$.results",
        "End": True,
    }
    ended = aws.run(aws.machine({"Each": each}), items=[1, 2], name="n", limit=1)
    assert output(ended)["results"] == {"first": {"item": 1, "name": "n"}}


def test_branches_have_the_outer_variables_and_their_own(run: Any) -> None:
    def branch(name: str) -> dict[str, Any]:
        own = {"Type": "Pass", "Assign": {"own": f"{{% $base & '{name}' %}}"}, "Next": f"Show {name}"}
        show = {"Type": "Pass", "Output": ["{% $own %}", "{% $states.input %}"], "End": True}
        return {"StartAt": f"Own {name}", "States": {f"Own {name}": own, f"Show {name}": show}}

    states = {
        "Start": {"Type": "Pass", "Assign": {"base": "run-"}, "Next": "Both"},
        "Both": {
            "Type": "Parallel",
            "Branches": [branch("a"), branch("b")],
            "Arguments": "{% $states.input.word %}",
            "Assign": {"first": "{% $states.result[0][0] %}"},
            "Output": "{% $states.result %}",
            "Next": "Show",
        },
        "Show": {"Type": "Pass", "Output": ["{% $first %}", "{% $states.input %}"], "End": True},
    }
    assert output(run(states, word="x")) == ["run-a", [["run-a", "x"], ["run-b", "x"]]]


def test_a_stopped_execution_ends_its_iterations(aws: Any, worker: str, allow: Any, eventually: Any) -> None:
    states = {
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Work"},
        "Work": invoke(worker, {}, End=True),
    }
    machine = aws.machine(
        {"Each": map_over(states, End=True)}, allow("lambda:InvokeFunction"), QueryLanguage="JSONata"
    )
    client = aws.client("stepfunctions")
    arn = client.start_execution(stateMachineArn=machine, input='{"items": [1, 2]}')["executionArn"]
    eventually(lambda: "WaitStateEntered" in [event["type"] for event in aws.history(arn)])
    client.stop_execution(executionArn=arn)
    time.sleep(7)  # longer than the waits
    assert aws.history(arn)[-1]["type"] == "ExecutionAborted"


def test_an_invalid_state_in_an_iteration_fails_the_execution(run: Any) -> None:
    broken = {"Type": "Wait", "Seconds": "soon", "End": True}
    assert run({"Each": map_over({"Wait": broken}, End=True)}, items=[1])["status"] == "FAILED"


def test_many_iterations_evaluate_expressions_concurrently(run: Any) -> None:
    count = {"Type": "Pass", "Output": "{% $sum([1..$states.input]) %}", "End": True}
    numbers = list(range(1, 61))
    expected = [number * (number + 1) // 2 for number in numbers]
    assert output(run({"Each": map_over({"Count": count}, End=True)}, items=numbers)) == expected
