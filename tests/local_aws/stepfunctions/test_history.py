import json
from typing import Any

PASS: dict[str, Any] = {"Type": "Pass", "End": True}
ECHO = "def handler(event, context):\n    return event\n"
WRONG = "def handler(event, context):\n    raise ValueError('so')\n"


def chain(aws: Any, ended: dict[str, Any]) -> list[tuple[int, str, int]]:
    """The id, the type and the previous id of every event between the first and the last."""
    events = aws.history(ended["executionArn"])[1:-1]
    return [(event["id"], event["type"], event["previousEventId"]) for event in events]


def map_over(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    processor = {"StartAt": "Inner", "States": {"Inner": state}}
    return {
        "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, **fields, "End": True}
    }


# AWS's own chains in the next two tests: from the snapshots of LocalStack's tests against AWS.
def test_sequential_iterations_are_chained_as_in_aws(aws: Any) -> None:
    ended = aws.run(aws.machine(map_over(PASS, MaxConcurrency=1)), items=["a", "b"])
    assert chain(aws, ended) == [
        (2, "MapStateEntered", 0),
        (3, "MapStateStarted", 2),
        (4, "MapIterationStarted", 3),
        (5, "PassStateEntered", 4),
        (6, "PassStateExited", 5),
        (7, "MapIterationSucceeded", 6),
        (8, "MapIterationStarted", 6),
        (9, "PassStateEntered", 8),
        (10, "PassStateExited", 9),
        (11, "MapIterationSucceeded", 10),
        (12, "MapStateSucceeded", 11),
        (13, "MapStateExited", 11),
    ]
    events = aws.history(ended["executionArn"])
    assert events[2]["mapStateStartedEventDetails"] == {"length": 2}
    assert events[7]["mapIterationStartedEventDetails"] == {"name": "Each", "index": 1}
    assert events[8]["stateEnteredEventDetails"]["input"] == '"b"'


def test_a_failed_iteration_is_chained_as_in_aws(aws: Any) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "After"}]
    states = {**map_over({"Type": "Fail", "Error": "Wrong"}, Catch=catch), "After": PASS}
    states["Each"] = {**states["Each"], "Next": "After"}
    del states["Each"]["End"]
    ended = aws.run(aws.machine(states), items=[1])
    assert chain(aws, ended)[:8] == [
        (2, "MapStateEntered", 0),
        (3, "MapStateStarted", 2),
        (4, "MapIterationStarted", 3),
        (5, "FailStateEntered", 4),
        (6, "MapIterationFailed", 5),
        (7, "MapStateFailed", 5),
        (8, "MapStateExited", 7),
        (9, "PassStateEntered", 8),
    ]


def test_every_branch_has_its_own_chain(aws: Any) -> None:
    branches = [{"StartAt": name, "States": {name: PASS}} for name in ("A", "B")]
    states = {"Both": {"Type": "Parallel", "Branches": branches, "End": True}}
    ended = aws.run(aws.machine(states))
    events = chain(aws, ended)
    assert events[:2] == [(2, "ParallelStateEntered", 0), (3, "ParallelStateStarted", 2)]
    entered = {
        number: previous for number, event_type, previous in events if event_type == "PassStateEntered"
    }
    exited = {event: previous for event, event_type, previous in events if event_type == "PassStateExited"}
    assert set(entered.values()) == {3}
    assert set(exited.values()) == entered.keys()
    last = max(exited)
    assert [(event_type, previous) for _, event_type, previous in events[-2:]] == [
        ("ParallelStateSucceeded", last),
        ("ParallelStateExited", last),
    ]


def test_the_children_of_a_distributed_map_have_their_own_histories(aws: Any) -> None:
    states = map_over(PASS)
    states["Each"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    ended = aws.run(aws.machine(states), items=[1, 2])
    assert chain(aws, ended) == [(2, "MapStateEntered", 0), (3, "MapStateExited", 2)]
    client = aws.client("stepfunctions")
    (run,) = client.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    for child in client.list_executions(mapRunArn=run["mapRunArn"])["executions"]:
        events = aws.history(child["executionArn"])
        assert [(event["id"], event["previousEventId"]) for event in events] == [(1, 0), (2, 1)]


def test_the_events_of_iterations_are_logged(aws: Any, allow: Any, eventually: Any) -> None:
    group = "/states/iterations"
    aws.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    created = aws.client("stepfunctions").create_state_machine(
        name="iterations",
        definition=json.dumps({"StartAt": "Each", "States": map_over(PASS)}),
        roleArn=aws.role("states", allow("logs:*")),
        loggingConfiguration={
            "level": "ALL",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )
    aws.run(created["stateMachineArn"], items=[1])

    def lines() -> list[dict[str, Any]] | None:
        events = aws.client("logs").filter_log_events(logGroupName=group)["events"]
        logged = [json.loads(event["message"]) for event in events]
        return logged if logged and logged[-1]["type"] == "ExecutionSucceeded" else None

    event_types = {line["type"] for line in eventually(lines)}
    assert {"MapIterationStarted", "PassStateEntered", "MapIterationSucceeded"} <= event_types


def test_a_task_that_calls_a_service_has_the_events_of_a_task(aws: Any, allow: Any) -> None:
    arguments = {"FunctionName": aws.function(ECHO), "Payload": {"a": 1}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": arguments,
        "End": True,
    }
    ended = aws.run(aws.machine({"A": task}, allow("lambda:InvokeFunction")))
    assert [event_type for _, event_type, _ in chain(aws, ended)][1:-1] == [
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
    ]
    started = aws.history(ended["executionArn"])[3]["taskStartedEventDetails"]
    assert started == {"resourceType": "lambda", "resource": "invoke"}


def test_a_task_whose_resource_is_a_function_has_the_events_of_a_function(aws: Any, allow: Any) -> None:
    invoke = allow("lambda:InvokeFunction")
    good = {"Type": "Task", "Resource": aws.function(ECHO), "End": True}
    ended = aws.run(aws.machine({"A": good}, invoke), a=1)
    events = aws.history(ended["executionArn"])[2:5]
    assert json.loads(events[0]["lambdaFunctionScheduledEventDetails"]["input"]) == {"a": 1}
    assert events[1]["type"] == "LambdaFunctionStarted"
    assert json.loads(events[2]["lambdaFunctionSucceededEventDetails"]["output"]) == {"a": 1}
    bad = {"Type": "Task", "Resource": aws.function(WRONG), "End": True}
    failed = aws.history(aws.run(aws.machine({"A": bad}, invoke))["executionArn"])[-2]
    assert failed["lambdaFunctionFailedEventDetails"]["error"] == "ValueError"
