import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError

CREATE_TOPIC = "sns:CreateTopic"


@pytest.fixture
def fault(aws: Any, new_command: Any) -> Iterator[Any]:
    """The command ``fault`` for the server of the tests."""
    command = new_command(aws.state.parent)
    command.state = aws.state

    def fault(*arguments: str) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = command("fault", *arguments)
        return done

    yield fault
    fault("--clear")


def test_the_next_calls_of_an_action_fail_for_every_caller(aws: Any, fault: Any, allow: Any) -> None:
    result = fault(CREATE_TOPIC, "InvalidParameter", "--message", "not now", "--times", "2")
    assert result.stdout == "sns:CreateTopic fails 2 times: InvalidParameter (not now)\n"
    for client in (aws.client("sns"), aws.user(allow("sns:*"))("sns")):
        client.list_topics()
        with pytest.raises(ClientError) as caught:
            client.create_topic(Name="fails")
        assert caught.value.response["Error"]["Code"] == "InvalidParameter"
        assert caught.value.response["Error"]["Message"] == "not now"
    assert aws.client("sns").create_topic(Name="works")
    assert fault("--list").stdout == "No faults are pending.\n"


@pytest.mark.parametrize(
    ("service", "action", "call", "arguments"),
    [
        ("s3", "s3:CreateBucket", "create_bucket", {"Bucket": "not-this-time"}),
        ("lambda", "lambda:ListFunctions", "list_functions", {}),
        ("cloudwatch", "cloudwatch:ListMetrics", "list_metrics", {}),
        ("cloudformation", "cloudformation:DescribeStacks", "describe_stacks", {}),
        ("stepfunctions", "states:ListStateMachines", "list_state_machines", {}),
        ("sqs", "sqs:ListQueues", "list_queues", {}),
    ],
)
def test_errors_have_the_protocol_of_the_service(
    aws: Any, fault: Any, service: str, action: str, call: str, arguments: dict[str, Any]
) -> None:
    fault(action, "TeapotException", "--message", "short and stout")
    with pytest.raises(ClientError, match="short and stout") as caught:
        getattr(aws.client(service), call)(**arguments)
    assert caught.value.response["Error"]["Code"] == "TeapotException"


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "SlowDown"])
def test_a_client_retries_a_throttled_call(aws: Any, fault: Any, code: str) -> None:
    fault("states:ListStateMachines", code)
    aws.client("stepfunctions").list_state_machines()
    assert fault("--list").stdout == "No faults are pending.\n"


def test_a_state_machines_task_fails_with_the_error(aws: Any, fault: Any, allow: Any) -> None:
    fault(CREATE_TOPIC, "ThrottledException", "--message", "Rate exceeded", "--times", "2")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sns:createTopic",
        "Parameters": {"Name": "made-at-last"},
        "Retry": [{"ErrorEquals": ["Sns.ThrottledException"], "IntervalSeconds": 1}],
        "End": True,
    }
    ended = aws.run(aws.machine({"A": task}, allow("sns:*")))
    assert ended["status"] == "SUCCEEDED"
    failures = [event for event in aws.history(ended["executionArn"]) if event["type"] == "TaskFailed"]
    assert [event["taskFailedEventDetails"]["error"] for event in failures] == ["Sns.ThrottledException"] * 2


def test_faults_are_listed_and_cleared(fault: Any) -> None:
    fault(CREATE_TOPIC, "Wrong")
    fault("training-job", "CapacityError: no machines.", "--times", "3")
    assert fault("--list").stdout.splitlines() == [
        "sns:CreateTopic fails 1 times: Wrong",
        "training-job fails 3 times: CapacityError: no machines.",
    ]
    assert fault("--clear").stdout == "No faults are pending.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "A fault needs a target and an error"),
        ((CREATE_TOPIC,), "A fault needs a target and an error"),
        (
            ("nowhere:Fail", "Wrong"),
            "'nowhere:Fail' is not a target of faults: name an action as IAM",
        ),
        (
            ("sns:CreateTpoic", "Wrong"),
            "is not a target of faults: no call of sns is authorised by that name. Similar names: ",
        ),
        (("s3:HeadObject", "Wrong"), "is authorised by that name. Similar names: s3:GetObject, "),
        (("lambda:Invoke", "Wrong"), "Similar names: lambda:InvokeFunction."),
        (("states:Xyzzy", "Wrong"), "no call of states is authorised by that name.\n"),
        (("training-jobs", "Wrong"), "'training-jobs' is not a target of faults"),
        ((CREATE_TOPIC, "Rate exceeded"), "'Rate exceeded' is not an error code"),
        (("training-job", "Why", "--message", "x"), "A training-job has only a FailureReason"),
        ((CREATE_TOPIC, "Wrong", "--times", "0"), "'0' is not a number of times"),
    ],
)
def test_an_impossible_fault_is_refused(fault: Any, arguments: tuple[str, ...], message: str) -> None:
    result = fault(*arguments)
    assert result.returncode != 0
    assert message in result.stderr
    assert fault("--list").stdout == "No faults are pending.\n"


def test_a_web_page_cannot_add_faults(aws: Any) -> None:
    connection = HTTPConnection(aws.endpoint.removeprefix("http://"), timeout=60)
    connection.request("POST", "/_local_aws/faults", b'{"target": "sns:CreateTopic", "error": "Wrong"}')
    assert connection.getresponse().status == 415
    connection.close()


def test_fault_explains_how_to_start_a_server_that_does_not_run(command: Any) -> None:
    result = command("fault", "--list")
    assert result.returncode == 1
    assert "python -m local_aws up" in result.stderr
