import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from local_aws.stepfunctions.state_semantics import seconds_before_retry

SLOW = "import time\ndef handler(event, context):\n    time.sleep(5)\n"
WRONG = "def handler(event, context):\n    raise ValueError('so')\n"


def output(ended: dict[str, Any]) -> Any:
    assert ended["status"] == "SUCCEEDED", ended
    return json.loads(ended["output"])


@pytest.fixture
def run(aws: Any) -> Any:
    """A function that runs JSONata states with an input."""

    def run(states: dict[str, Any], **execution_input: Any) -> dict[str, Any]:
        ended: dict[str, Any] = aws.run(aws.machine(states, QueryLanguage="JSONata"), **execution_input)
        return ended

    return run


@pytest.mark.parametrize(
    ("retrier", "pauses"),
    [
        ({}, [1, 2, 4, 8]),
        ({"IntervalSeconds": 3, "BackoffRate": 1}, [3, 3, 3, 3]),
        ({"IntervalSeconds": 60, "MaxDelaySeconds": 200}, [60, 120, 200, 200]),
    ],
)
def test_pauses_between_retries_grow_to_the_maximum_delay(
    retrier: dict[str, Any], pauses: list[float]
) -> None:
    assert [seconds_before_retry(retrier, retries) for retries in range(4)] == pauses


def test_full_jitter_is_a_random_part_of_the_pause() -> None:
    retrier = {"IntervalSeconds": 10, "MaxDelaySeconds": 15, "JitterStrategy": "FULL"}
    pauses = [seconds_before_retry(retrier, 1) for _ in range(200)]
    assert all(0 <= pause <= 15 for pause in pauses)
    assert max(pauses) - min(pauses) > 5


def test_a_retry_waits_its_maximum_delay_at_most(aws: Any, allow: Any) -> None:
    # Without the maximum delay the pauses would exceed the time limit of the tests (60 s).
    retry = {"ErrorEquals": ["ValueError"], "IntervalSeconds": 500, "MaxDelaySeconds": 2, "MaxAttempts": 2}
    task = {"Type": "Task", "Resource": aws.function(WRONG), "Retry": [retry], "End": True}
    ended = aws.run(aws.machine({"A": task}, allow("lambda:InvokeFunction")))
    types = [event["type"] for event in aws.history(ended["executionArn"])]
    assert (ended["error"], types.count("LambdaFunctionFailed")) == ("ValueError", 3)


def test_seconds_may_be_an_expression_and_are_scaled(run: Any) -> None:
    wait = {"Type": "Wait", "Seconds": "{% $states.input.seconds * 2 %}", "Output": "waited", "End": True}
    assert output(run({"A": wait}, seconds=20)) == "waited"


def test_waiting_until_a_timestamp_is_scaled(run: Any) -> None:
    until = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 60, UTC).isoformat()
    wait = {"Type": "Wait", "Timestamp": "{% $states.input.until %}", "End": True}
    assert run({"A": wait}, until=until)["status"] == "SUCCEEDED"


def test_assign_uses_the_previous_values(run: Any) -> None:
    states = {
        "Start": {"Type": "Pass", "Assign": {"a": 1, "b": 10}, "Next": "Swap"},
        "Swap": {
            "Type": "Pass",
            "Assign": {"a": "{% $b %}", "b": "{% $a %}"},
            "Output": "{% $a %}",
            "Next": "Show",
        },
        "Show": {"Type": "Pass", "Output": ["{% $a %}", "{% $b %}", "{% $states.input %}"], "End": True},
    }
    assert output(run(states)) == [10, 1, 1]


def test_a_succeed_state_has_an_output(run: Any) -> None:
    states = {"A": {"Type": "Succeed", "Output": {"sum": "{% $states.input.a + 1 %}"}}}
    assert output(run(states, a=1)) == {"sum": 2}


@pytest.mark.parametrize(("number", "expected"), [(3, ["many", 3]), (1, ["few", 1])])
def test_a_choice_has_assign_and_output_in_its_rules_and_its_default(
    run: Any, number: int, expected: list[Any]
) -> None:
    rule = {
        "Condition": "{% $states.input.number > 2 %}",
        "Assign": {"word": "many"},
        "Output": "{% $states.input.number %}",
        "Next": "Show",
    }
    choice = {
        "Type": "Choice",
        "Choices": [rule],
        "Default": "Show",
        "Assign": {"word": "few"},
        "Output": "{% $states.input.number %}",
    }
    show = {"Type": "Pass", "Output": ["{% $word %}", "{% $states.input %}"], "End": True}
    assert output(run({"Choose": choice, "Show": show}, number=number)) == expected


def test_jsonata_has_random_and_uuid(run: Any) -> None:
    functions = {
        "random": "{% $random() %}",
        "seeded": "{% [$random(7), $random(7)] %}",
        "uuid": "{% $uuid() %}",
    }
    values = output(run({"A": {"Type": "Pass", "Output": functions, "End": True}}))
    assert 0 <= values["random"] < 1
    assert values["seeded"][0] == values["seeded"][1]
    assert uuid.UUID(values["uuid"]).version == 4


@pytest.mark.parametrize(
    ("language", "limit"),
    [
        ("JSONata", {"TimeoutSeconds": "{% $states.input.seconds %}"}),
        ("JSONPath", {"TimeoutSecondsPath": "$.seconds"}),
    ],
)
def test_a_tasks_time_limit_may_be_an_expression(
    aws: Any, allow: Any, language: str, limit: dict[str, str]
) -> None:
    task = {"Type": "Task", "Resource": aws.function(SLOW), "End": True, **limit}
    machine = aws.machine({"A": task}, allow("lambda:InvokeFunction"), QueryLanguage=language)
    assert aws.run(machine, seconds=1)["error"] == "States.Timeout"
