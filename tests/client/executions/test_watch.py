"""An execution is followed from its history and its job's log, both scripted look by look."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from client.deployment import Deployment
from client.executions.watch import Ending, job_of, tell, watch
from tests.client.conftest import PreparedAws

Event = dict[str, Any]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ARN = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
JOB = "lda-dev-run-0badcafe-0"


def event(number: int, seconds: float, kind: str, **details: Any) -> Event:
    when = BEGIN + timedelta(seconds=seconds)
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
    """Hands the history out in pages of two events; each look shows as many events as the script says."""

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
    """A stream that appears with the second look and grows by a line with every look after."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.looks = lines, 0

    def describe_log_streams(self, **request: str) -> dict[str, Any]:
        assert request == {"logGroupName": "/aws/sagemaker/TrainingJobs", "logStreamNamePrefix": f"{JOB}/"}
        self.looks += 1
        if self.looks == 1:
            missing = {"Error": {"Code": "ResourceNotFoundException", "Message": "no group"}}
            raise ClientError(missing, "DescribeLogStreams")  # type: ignore[arg-type]  # no metadata
        return {"logStreams": [{"logStreamName": f"{JOB}/algo-1-1767225600"}]}

    def get_log_events(self, **request: str) -> dict[str, Any]:
        start, end = int(request.get("nextToken", "0")), min(self.looks - 1, len(self.lines))
        events = [{"message": line + "\n"} for line in self.lines[start:end]]
        return {"events": events, "nextForwardToken": str(max(start, end))}


def follow(
    deployment: Deployment, aws: PreparedAws, events: list[Event], shown: list[int], *lines: str
) -> tuple[Ending, list[str]]:
    """The ending, and what was said on the way."""
    aws.replaced["stepfunctions"] = History(events, shown)
    aws.replaced["logs"] = Logs(list(lines))
    said: list[str] = []
    return watch(deployment, ARN, say=said.append, sleep=lambda _seconds: None), said


GOOD = [
    event(1, 0, "ExecutionStarted"),
    entered(2, 0.5, "InspectDataset"),
    left(3, 1.5, "InspectDataset"),
    entered(4, 1.5, "Train"),
    scheduled(5, 2),
    left(6, 9.5, "Train"),
    event(7, 10, "ExecutionSucceeded", executionSucceededEventDetails={"output": '{"promoted": true}'}),
]


def test_each_state_is_told_once_over_many_looks_and_pages_and_the_output_is_read(
    aws: PreparedAws, deployment: Deployment
) -> None:
    ending, said = follow(deployment, aws, GOOD, [1, 3, 5, 5, 7], "one", "two")
    assert ending.succeeded
    assert (ending.output, ending.job, ending.seconds) == ({"promoted": True}, JOB, 10.0)
    assert [line.split(maxsplit=2)[-1] for line in said if "|" not in line] == [
        "InspectDataset entered and left after 1.0 s",
        "Train entered",
        f"training job: {JOB}",
        "Train left after 8.0 s",
    ]


def test_log_lines_come_between_the_states_while_the_job_runs_and_each_only_once(
    aws: PreparedAws, deployment: Deployment
) -> None:
    _, said = follow(deployment, aws, GOOD, [5, 5, 5, 7], "one", "two", "three")
    lines = [line.strip() for line in said]
    assert [line for line in lines if line.startswith("|")] == ["| one", "| two", "| three"]
    assert lines.index("| one") < lines.index(next(line for line in lines if "Train left" in line))


def test_a_state_that_is_still_running_is_told_at_once(aws: PreparedAws, deployment: Deployment) -> None:
    aws.replaced["stepfunctions"] = History(GOOD, [4, 7])
    aws.replaced["logs"] = Logs([])
    said: list[str] = []

    def during(_seconds: float) -> None:
        assert said[-1].endswith("Train entered")

    watch(deployment, ARN, say=said.append, sleep=during)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("Failed", "FAILED"), ("Aborted", "ABORTED"), ("TimedOut", "TIMED_OUT")],
)
def test_a_bad_end_tells_error_cause_and_where_the_training_log_is(
    aws: PreparedAws, deployment: Deployment, kind: str, status: str
) -> None:
    details = {"error": "TrainingFailed", "cause": "ClientError: num_topics is x."}
    end = event(7, 12, f"Execution{kind}", **{f"execution{kind}EventDetails": details})
    ending, _ = follow(deployment, aws, [*GOOD[:6], end], [5, 7])
    assert (ending.status, ending.succeeded) == (status, False)
    told = "\n".join(tell(ending))
    assert "TrainingFailed: ClientError: num_topics is x." in told
    assert "aws logs get-log-events --log-group-name /aws/sagemaker/TrainingJobs" in told
    assert f"--log-stream-name {JOB}/algo-1-1767225600" in told


def test_a_failure_before_any_training_job_points_at_the_history(
    aws: PreparedAws, deployment: Deployment
) -> None:
    end = event(
        4, 2, "ExecutionFailed", executionFailedEventDetails={"error": "InvalidInput", "cause": "No."}
    )
    ending, _ = follow(deployment, aws, [*GOOD[:3], end], [4])
    assert f"aws stepfunctions get-execution-history --execution-arn {ARN}" in "\n".join(tell(ending))


def test_a_failed_attempt_is_told_and_the_log_of_the_next_job_is_followed(
    aws: PreparedAws, deployment: Deployment
) -> None:
    failed = event(6, 5, "TaskFailed", taskFailedEventDetails={"error": "SageMaker.AmazonSageMakerException"})
    again = {**scheduled(7, 6)}
    events = [*GOOD[:5], failed, again, left(8, 9, "Train"), {**GOOD[6], "id": 9}]
    _, said = follow(deployment, aws, events, [9])
    assert any("TaskFailed: SageMaker.AmazonSageMakerException" in line for line in said)
    assert sum("training job" in line for line in said) == 2


def test_candidates_that_run_at_once_are_timed_each_by_its_own_entry(
    aws: PreparedAws, deployment: Deployment
) -> None:
    events = [
        event(1, 0, "ExecutionStarted"),
        entered(2, 1, "Train"),
        {**entered(3, 5, "Train"), "previousEventId": 1},
        {**left(4, 8, "Train"), "previousEventId": 3},
        {**left(5, 11, "Train"), "previousEventId": 2},
        event(6, 12, "ExecutionSucceeded", executionSucceededEventDetails={"output": "{}"}),
    ]
    _, said = follow(deployment, aws, events, [6])
    assert [line.split(maxsplit=2)[-1] for line in said] == [
        "Train entered and left after 3.0 s",
        "Train entered and left after 10.0 s",
    ]


@pytest.mark.parametrize(
    ("resource_type", "resource", "parameters", "found"),
    [
        ("sagemaker", "createTransformJob.sync", {"TransformJobName": "t"}, ("Transform", "t")),
        ("sagemaker", "createTrainingJob.sync", {"TrainingJobName": "t"}, ("Training", "t")),
        ("aws-sdk:sagemaker", "createModel", {"ModelName": "t"}, None),
        ("lambda", "invoke", {}, None),
    ],
)
def test_the_jobs_of_both_machines_are_found_in_their_histories(
    resource_type: str, resource: str, parameters: dict[str, str], found: object
) -> None:
    details = {"resourceType": resource_type, "resource": resource, "parameters": json.dumps(parameters)}
    assert job_of({"taskScheduledEventDetails": details}) == found
