from datetime import UTC, datetime
from typing import Any

import pytest

from client.deployment import Deployment
from client.errors import SayableError
from client.operations.destroy import delete_models, destroy, stop_jobs, wait_for_stacks
from tests.client.conftest import PreparedAws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
TRANSFORM_MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine-of-transforms"
GROUP = "/aws/sagemaker/TrainingJobs"
TRANSFORM_GROUP = "/aws/sagemaker/TransformJobs"
MODEL = "lda-dev-transform-0badcafe"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def no_sleep(_seconds: float) -> None:
    return None


def list_jobs(aws: PreparedAws, status: str, *names: str, kind: str = "Training") -> None:
    jobs = [
        {
            f"{kind}JobName": name,
            f"{kind}JobArn": f"arn:{name}",
            "CreationTime": NOW,
            f"{kind}JobStatus": status,
        }
        for name in names
    ]
    aws.answer(
        "sagemaker",
        f"list_{kind.lower()}_jobs",
        {f"{kind}JobSummaries": jobs},
        StatusEquals=status,
        NameContains="lda-dev-",
    )


def list_triggers(aws: PreparedAws, *schedules: str) -> None:
    aws.answer("scheduler", "list_schedules", {"Schedules": [{"Name": name} for name in schedules]})
    aws.answer("events", "list_rules", {"Rules": []})


def no_jobs(aws: PreparedAws, kind: str = "Training") -> None:
    for status in ("InProgress", "Stopping"):
        list_jobs(aws, status, kind=kind)


def list_models(aws: PreparedAws, *names: str) -> None:
    models = [{"ModelName": name, "ModelArn": f"arn:{name}", "CreationTime": NOW} for name in names]
    aws.answer("sagemaker", "list_models", {"Models": models}, NameContains="lda-dev-transform-")


def no_bulk_scoring(aws: PreparedAws) -> None:
    for _ in range(2):
        no_jobs(aws, "Transform")
    list_models(aws)


def list_streams(aws: PreparedAws, *names: str, group: str = GROUP) -> None:
    answer = {"logStreams": [{"logStreamName": name} for name in names]}
    aws.answer("logs", "describe_log_streams", answer, logGroupName=group, logStreamNamePrefix="lda-dev-")


def list_executions(aws: PreparedAws, *names: str, machine: str = MACHINE) -> None:
    executions = [
        {
            "executionArn": EXECUTION,
            "stateMachineArn": machine,
            "name": name,
            "status": "RUNNING",
            "startDate": NOW,
        }
        for name in names
    ]
    aws.answer(
        "stepfunctions",
        "list_executions",
        {"executions": executions},
        stateMachineArn=machine,
        statusFilter="RUNNING",
    )


def test_it_stops_triggers_aborts_executions_stops_jobs_destroys_stacks_and_deletes_streams_in_this_order(
    aws: PreparedAws, deployment: Deployment
) -> None:
    list_triggers(aws, "DevTraining-TriggersSchedule-x")
    aws.answer("scheduler", "delete_schedule", {})
    aws.stack(
        "DevTraining",
        outputs={"StateMachineArn": MACHINE, "TransformStateMachineArn": TRANSFORM_MACHINE},
    )
    for name, machine in (("run", MACHINE), ("bulk", TRANSFORM_MACHINE)):
        list_executions(aws, name, machine=machine)
        aws.answer("stepfunctions", "stop_execution", {"stopDate": NOW})
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0", "not-lda-dev-job")
    list_jobs(aws, "Stopping")
    aws.answer("sagemaker", "stop_training_job", {}, TrainingJobName="lda-dev-run-0badcafe-0")
    list_jobs(aws, "InProgress")
    list_jobs(aws, "Stopping", "lda-dev-run-0badcafe-0")
    no_jobs(aws)
    list_jobs(aws, "InProgress", f"{MODEL}-0", kind="Transform")
    list_jobs(aws, "Stopping", kind="Transform")
    aws.answer("sagemaker", "stop_transform_job", {}, TransformJobName=f"{MODEL}-0")
    no_jobs(aws, "Transform")
    list_models(aws, MODEL, f"alice-{MODEL}")
    aws.answer("sagemaker", "delete_model", {}, ModelName=MODEL)
    for stack in deployment.stacks * 2:
        aws.stack(stack)
    for group, stream in (
        (GROUP, "lda-dev-run-0badcafe-0/algo-1-1"),
        (TRANSFORM_GROUP, f"{MODEL}-0/i-0-1"),
    ):
        list_streams(aws, stream, group=group)
        aws.answer("logs", "delete_log_stream", {}, logGroupName=group, logStreamName=stream)
    said: list[Any] = []
    destroy(deployment, say=said.append, run=lambda command: said.append(list(command)), sleep=no_sleep)
    assert said == [
        "deleted schedule DevTraining-TriggersSchedule-x",
        "aborted execution run",
        "aborted execution bulk",
        "stopping training job lda-dev-run-0badcafe-0",
        f"stopping transform job {MODEL}-0",
        f"deleted model {MODEL}",
        ["cdk", "--no-notices", "destroy", "--all", "--force", "-c", "environment=dev", "-c", "name=lda"],
        "deleted log stream lda-dev-run-0badcafe-0/algo-1-1",
        f"deleted log stream {MODEL}-0/i-0-1",
    ]


def test_nothing_deployed_is_nothing_to_abort_and_a_missing_log_group_is_fine(
    aws: PreparedAws, deployment: Deployment
) -> None:
    list_triggers(aws)
    aws.no_stack("DevTraining")
    for _ in range(2):
        no_jobs(aws)
    no_bulk_scoring(aws)
    for stack in deployment.stacks * 2:
        aws.no_stack(stack)
    for _ in range(2):
        aws.refuse("logs", "describe_log_streams", "ResourceNotFoundException", "The group does not exist.")
    commands: list[object] = []
    destroy(deployment, say=lambda _line: None, run=commands.append, sleep=no_sleep)
    assert len(commands) == 1


def test_a_stack_that_is_protected_against_termination_stays_and_is_named(
    aws: PreparedAws, deployment: Deployment
) -> None:
    list_triggers(aws)
    aws.no_stack("DevTraining")
    for _ in range(2):
        no_jobs(aws)
    no_bulk_scoring(aws)
    for stack in (*deployment.stacks, "DevStorage", "DevTraining", "DevServing"):
        aws.stack(stack, protected=stack == "DevStorage")
    list_streams(aws)
    list_streams(aws, group=TRANSFORM_GROUP)
    said: list[Any] = []
    destroy(deployment, say=said.append, run=lambda command: said.append(list(command)[3:6]), sleep=no_sleep)
    assert said == [
        "DevStorage is protected against termination and stays, with all that it holds",
        ["DevTraining", "DevServing", "--force"],
    ]


def test_a_job_that_ended_in_the_meantime_is_no_failure(aws: PreparedAws, deployment: Deployment) -> None:
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0")
    list_jobs(aws, "Stopping")
    message = "The request was rejected because the training job is in status Completed."
    aws.refuse("sagemaker", "stop_training_job", "ValidationException", message)
    list_jobs(aws, "InProgress")
    list_jobs(aws, "Stopping")
    stop_jobs(deployment, "training", lambda _line: None, no_sleep)


def test_a_model_that_was_deleted_in_the_meantime_is_no_failure(
    aws: PreparedAws, deployment: Deployment
) -> None:
    list_models(aws, MODEL)
    aws.refuse("sagemaker", "delete_model", "ValidationException", f'Could not find model "{MODEL}".')
    delete_models(deployment, lambda _line: None)


def test_a_stack_that_is_being_updated_is_waited_for(aws: PreparedAws, deployment: Deployment) -> None:
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"):
        aws.no_stack("DevStorage")
        aws.no_stack("DevTraining")
        aws.stack("DevServing", status=status)
    looks: list[float] = []
    wait_for_stacks(deployment, looks.append)
    assert looks == [1.0]


def test_a_job_that_never_stops_is_named(
    aws: PreparedAws, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.operations.destroy.JOB_LIMIT_SECONDS", 2)
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0")
    list_jobs(aws, "Stopping")
    aws.answer("sagemaker", "stop_training_job", {})
    for _ in range(3):
        list_jobs(aws, "InProgress")
        list_jobs(aws, "Stopping", "lda-dev-run-0badcafe-0")
    with pytest.raises(
        SayableError, match=r"training jobs have not come to rest after 2 s: lda-dev-run-0badcafe-0"
    ):
        stop_jobs(deployment, "training", lambda _line: None, no_sleep)
