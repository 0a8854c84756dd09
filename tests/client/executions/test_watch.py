"""An execution is followed by polling its history and its jobs' logs; both are scripted poll by poll."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from client.deployment import Deployment
from client.executions.watch import ExecutionResult, describe_result, started_job, watch
from tests.client.conftest import StubbedAws

Event = dict[str, Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
JOB = "lda-dev-run-0badcafe-0"


def event(number: int, seconds: float, kind: str, **details: Any) -> Event:
    when = START + timedelta(seconds=seconds)
    return {"id": number, "previousEventId": number - 1, "timestamp": when, "type": kind, **details}


def entered(number: int, seconds: float, name: str) -> Event:
    return event(number, seconds, "TaskStateEntered", stateEnteredEventDetails={"name": name})


def left(number: int, seconds: float, name: str) -> Event:
    return event(number, seconds, "TaskStateExited", stateExitedEventDetails={"name": name})


def scheduled(number: int, seconds: float) -> Event:
    details = {
        "resourceType": "sagemaker",
        "resource": "createTrainingJob.sync",
        "parameters": json.dumps({"TrainingJobName": JOB}),
    }
    return event(number, seconds, "TaskScheduled", taskScheduledEventDetails=details)


class History:
    """Returns the history in pages of two events; `shown` is the number of events at each poll."""

    def __init__(self, events: list[Event], shown: list[int]) -> None:
        self.events, self.shown = events, iter(shown)

    def get_execution_history(self, **request: Any) -> dict[str, Any]:
        assert request.pop("executionArn") == ARN
        start = int(request.get("nextToken", 0))
        if start == 0:
            self.visible = self.events[: next(self.shown)]
        more = {"nextToken": str(start + 2)} if start + 2 < len(self.visible) else {}
        return {"events": self.visible[start : start + 2], **more}


class Logs:
    """A log stream that exists from the second poll on and grows by one line with every further poll."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.polls = lines, 0

    def describe_log_streams(self, **request: str) -> dict[str, Any]:
        assert request == {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": f"{JOB}/"}
        self.polls += 1
        if self.polls == 1:
            missing = {"Error": {"Code": "ResourceNotFoundException", "Message": "no group"}}
            raise ClientError(missing, "DescribeLogStreams")  # type: ignore[arg-type]  # no metadata
        return {"logStreams": [{"logStreamName": f"{JOB}/algo-1-1767225600"}]}

    def get_log_events(self, **request: str) -> dict[str, Any]:
        start, end = int(request.get("nextToken", "0")), min(self.polls - 1, len(self.lines))
        events = [{"message": line + "\n"} for line in self.lines[start:end]]
        return {"events": events, "nextForwardToken": str(max(start, end))}


def follow(
    deployment: Deployment,
    aws: StubbedAws,
    events: list[Event],
    shown: list[int],
    *log_lines: str,
    logs: bool = True,
) -> tuple[ExecutionResult, list[str]]:
    """The result, and the reported lines."""
    aws.fakes["stepfunctions"] = History(events, shown)
    aws.fakes["logs"] = Logs(list(log_lines))
    reported: list[str] = []
    result = watch(deployment, ARN, report=reported.append, logs=logs, sleep=lambda _seconds: None)
    return result, reported


SUCCEEDED = [
    event(1, 0, "ExecutionStarted"),
    entered(2, 0.5, "InspectDataset"),
    left(3, 1.5, "InspectDataset"),
    entered(4, 1.5, "Train"),
    scheduled(5, 2),
    left(6, 9.5, "Train"),
    event(7, 10, "ExecutionSucceeded", executionSucceededEventDetails={"output": '{"promoted": true}'}),
]


def test_each_state_is_reported_once_over_several_polls_and_pages(
    aws: StubbedAws, deployment: Deployment
) -> None:
    result, reported = follow(deployment, aws, SUCCEEDED, [1, 3, 5, 5, 7], "one", "two")
    assert result.succeeded
    assert (result.output, result.job, result.seconds) == ({"promoted": True}, JOB, 10.0)
    assert [line.split(maxsplit=2)[-1] for line in reported if "|" not in line] == [
        "InspectDataset entered and left after 1.0 s",
        "Train entered",
        f"training job: {JOB}",
        "Train left after 8.0 s",
    ]


def test_logs_are_left_out_on_request(aws: StubbedAws, deployment: Deployment) -> None:
    _, reported = follow(deployment, aws, SUCCEEDED, [5, 5, 5, 7], "one", "two", logs=False)
    assert not [line for line in reported if "|" in line]
    assert [line for line in reported if "Train left" in line]


def test_log_lines_are_reported_once_and_while_the_job_runs(aws: StubbedAws, deployment: Deployment) -> None:
    _, reported = follow(deployment, aws, SUCCEEDED, [5, 5, 5, 7], "one", "two", "three")
    lines = [line.strip() for line in reported]
    assert [line for line in lines if line.startswith("|")] == ["| one", "| two", "| three"]
    assert lines.index("| one") < lines.index(next(line for line in lines if "Train left" in line))


def test_a_state_is_reported_while_it_is_running(aws: StubbedAws, deployment: Deployment) -> None:
    aws.fakes["stepfunctions"] = History(SUCCEEDED, [4, 7])
    aws.fakes["logs"] = Logs([])
    reported: list[str] = []

    def during(_seconds: float) -> None:
        assert reported[-1].endswith("Train entered")

    watch(deployment, ARN, report=reported.append, sleep=during)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("Failed", "FAILED"), ("Aborted", "ABORTED"), ("TimedOut", "TIMED_OUT")],
)
def test_a_failed_execution_is_described_by_error_cause_and_the_command_for_the_training_log(
    aws: StubbedAws, deployment: Deployment, kind: str, status: str
) -> None:
    details = {"error": "TrainingFailed", "cause": "ClientError: num_topics is x."}
    end = event(7, 12, f"Execution{kind}", **{f"execution{kind}EventDetails": details})
    result, _ = follow(deployment, aws, [*SUCCEEDED[:6], end], [5, 7])
    assert (result.status, result.succeeded) == (status, False)
    description = "\n".join(describe_result(result))
    assert "TrainingFailed: ClientError: num_topics is x." in description
    assert "aws logs get-log-events --log-group-name /aws/sagemaker/TrainingJobs" in description
    assert f"--log-stream-name {JOB}/algo-1-1767225600" in description


def test_a_failure_before_any_training_job_is_described_by_the_command_for_the_history(
    aws: StubbedAws, deployment: Deployment
) -> None:
    end = event(
        4, 2, "ExecutionFailed", executionFailedEventDetails={"error": "InvalidInput", "cause": "No."}
    )
    result, _ = follow(deployment, aws, [*SUCCEEDED[:3], end], [4])
    assert f"aws stepfunctions get-execution-history --execution-arn {ARN}" in "\n".join(
        describe_result(result)
    )


def test_a_failed_attempt_is_reported_and_the_log_of_the_next_job_is_followed(
    aws: StubbedAws, deployment: Deployment
) -> None:
    failed = event(6, 5, "TaskFailed", taskFailedEventDetails={"error": "SageMaker.AmazonSageMakerException"})
    again = {**scheduled(7, 6)}
    events = [*SUCCEEDED[:5], failed, again, left(8, 9, "Train"), {**SUCCEEDED[6], "id": 9}]
    _, reported = follow(deployment, aws, events, [9])
    assert any("TaskFailed: SageMaker.AmazonSageMakerException" in line for line in reported)
    assert sum("training job" in line for line in reported) == 2


def test_concurrent_candidates_are_timed_each_from_its_own_entry(
    aws: StubbedAws, deployment: Deployment
) -> None:
    events = [
        event(1, 0, "ExecutionStarted"),
        entered(2, 1, "Train"),
        {**entered(3, 5, "Train"), "previousEventId": 1},
        {**left(4, 8, "Train"), "previousEventId": 3},
        {**left(5, 11, "Train"), "previousEventId": 2},
        event(6, 12, "ExecutionSucceeded", executionSucceededEventDetails={"output": "{}"}),
    ]
    _, reported = follow(deployment, aws, events, [6])
    assert [line.split(maxsplit=2)[-1] for line in reported] == [
        "Train entered and left after 3.0 s",
        "Train entered and left after 10.0 s",
    ]


@pytest.mark.parametrize(
    ("resource_type", "resource", "parameters", "job"),
    [
        ("sagemaker", "createTransformJob.sync", {"TransformJobName": "t"}, ("Transform", "t")),
        ("sagemaker", "createTrainingJob.sync", {"TrainingJobName": "t"}, ("Training", "t")),
        ("aws-sdk:sagemaker", "createModel", {"ModelName": "t"}, None),
        ("lambda", "invoke", {}, None),
    ],
)
def test_jobs_of_both_state_machines_are_recognized_in_their_histories(
    resource_type: str, resource: str, parameters: dict[str, str], job: object
) -> None:
    details = {"resourceType": resource_type, "resource": resource, "parameters": json.dumps(parameters)}
    assert started_job({"taskScheduledEventDetails": details}) == job
