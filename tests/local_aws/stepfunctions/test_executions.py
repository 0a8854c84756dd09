import json
import time
from typing import Any

import pytest

PASS = {"A": {"Type": "Pass", "End": True}}
FAIL = {"A": {"Type": "Fail", "Error": "Wrong", "Cause": "because"}}
LONG = {"A": {"Type": "Wait", "Seconds": 100, "End": True}}
LATE = "import time\ndef handler(event, context):\n    time.sleep(1)\n    raise ValueError('late')\n"
SLEEPER = "import time\ndef handler(event, context):\n    time.sleep(event.get('seconds', 0))\n"


def test_every_event_names_its_previous_event(aws: Any) -> None:
    done = aws.run(aws.machine({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": True}}))
    chain = [(event["id"], event["previousEventId"]) for event in aws.history(done["executionArn"])]
    assert chain == [(1, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 5)]


def test_a_machines_time_limit_ends_its_execution(aws: Any) -> None:
    ended = aws.run(aws.machine(LONG, TimeoutSeconds=1))
    assert ended["status"] == "TIMED_OUT"
    assert aws.history(ended["executionArn"])[-1]["type"] == "ExecutionTimedOut"


def test_a_task_that_times_out_has_an_event_and_an_error(aws: Any, allow: Any) -> None:
    function = aws.function(SLEEPER)
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload": {"seconds": 5}},
        "TimeoutSeconds": 1,
        "End": True,
    }
    ended = aws.run(aws.machine({"A": task}, allow("lambda:InvokeFunction")))
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    assert "TaskTimedOut" in [event["type"] for event in aws.history(ended["executionArn"])]


@pytest.mark.parametrize("language", ["JSONata", "JSONPath"])
def test_a_scheduled_task_has_its_arguments_in_the_history(aws: Any, allow: Any, language: str) -> None:
    arguments = {"FunctionName": aws.function(LATE), "Payload": {"language": language}}
    task = {
        "Type": "Task",
        "QueryLanguage": language,
        "Resource": "arn:aws:states:::lambda:invoke",
        ("Arguments" if language == "JSONata" else "Parameters"): arguments,
        "End": True,
    }
    ended = aws.run(aws.machine({"A": task}, allow("lambda:InvokeFunction")))
    [scheduled] = [e for e in aws.history(ended["executionArn"]) if e["type"] == "TaskScheduled"]
    assert json.loads(scheduled["taskScheduledEventDetails"]["parameters"]) == arguments


def test_an_execution_stays_aborted_when_its_task_fails_afterwards(
    aws: Any, allow: Any, eventually: Any
) -> None:
    task = {"Type": "Task", "Resource": aws.function(LATE), "End": True}
    machine = aws.machine({"A": task}, allow("lambda:InvokeFunction"))
    states = aws.client("stepfunctions")
    arn = states.start_execution(stateMachineArn=machine)["executionArn"]
    eventually(lambda: "LambdaFunctionScheduled" in [event["type"] for event in aws.history(arn)])
    states.stop_execution(executionArn=arn, cause="enough")
    time.sleep(3)  # the function has failed by then
    assert states.describe_execution(executionArn=arn)["status"] == "ABORTED"
    assert aws.history(arn)[-1]["type"] == "ExecutionAborted"


def test_wait_states_take_a_tenth_of_their_seconds(aws: Any) -> None:
    # Unscaled, it would exceed the time limit of the tests (60 s).
    assert aws.run(aws.machine(LONG))["status"] == "SUCCEEDED"


def test_an_execution_is_logged_event_by_event(aws: Any, allow: Any, eventually: Any) -> None:
    aws.client("logs").create_log_group(logGroupName="/states/logged")
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/states/logged:*"
    states = aws.client("stepfunctions")
    created = states.create_state_machine(
        name="logged",
        definition=json.dumps({"StartAt": "A", "States": PASS}),
        roleArn=aws.role("states", allow("logs:*")),
        loggingConfiguration={
            "level": "ALL",
            "includeExecutionData": False,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )
    aws.run(created["stateMachineArn"], word="hidden")

    def lines() -> list[dict[str, Any]] | None:
        events = aws.client("logs").filter_log_events(logGroupName="/states/logged")["events"]
        return [json.loads(event["message"]) for event in events] if len(events) >= 4 else None

    logged = eventually(lines)
    types = [line["type"] for line in logged]
    assert types == ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]
    assert "hidden" not in json.dumps(logged)


@pytest.mark.parametrize(("states", "metric"), [(PASS, "ExecutionsSucceeded"), (FAIL, "ExecutionsFailed")])
def test_executions_have_metrics_of_their_status(
    aws: Any, eventually: Any, states: dict[str, Any], metric: str
) -> None:
    machine = aws.machine(states)
    aws.run(machine)
    dimensions = [{"Name": "StateMachineArn", "Value": machine}]

    def metrics() -> set[str]:
        listed = aws.client("cloudwatch").list_metrics(Namespace="AWS/States", Dimensions=dimensions)
        return {metric["MetricName"] for metric in listed["Metrics"]}

    eventually(lambda: "ExecutionTime" in metrics())
    assert metrics() == {"ExecutionsStarted", "ExecutionTime", metric}


def test_a_rule_on_an_execution_status_publishes_to_its_topic(aws: Any, allow: Any, eventually: Any) -> None:
    machine = aws.machine(FAIL)
    publish = {"Principal": {"Service": "events.amazonaws.com"}, **allow("sns:Publish")}
    send = {"Principal": {"Service": "sns.amazonaws.com"}, **allow("sqs:SendMessage")}
    attributes = {"Policy": json.dumps({"Statement": [publish]})}
    topic = aws.client("sns").create_topic(Name="failures", Attributes=attributes)["TopicArn"]
    attributes = {"Policy": json.dumps({"Statement": [send]})}
    queue = aws.client("sqs").create_queue(QueueName="failures", Attributes=attributes)["QueueUrl"]
    aws.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:failures"
    )
    pattern = {"source": ["aws.states"], "detail": {"status": ["FAILED"], "stateMachineArn": [machine]}}
    aws.client("events").put_rule(Name="failures", EventPattern=json.dumps(pattern))
    aws.client("events").put_targets(Rule="failures", Targets=[{"Id": "topic", "Arn": topic}])
    failed = aws.run(machine)
    (message,) = eventually(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"))
    event = json.loads(json.loads(message["Body"])["Message"])
    assert event["detail"]["executionArn"] == failed["executionArn"]
    assert (event["detail"]["error"], event["detail"]["cause"]) == ("Wrong", "because")
