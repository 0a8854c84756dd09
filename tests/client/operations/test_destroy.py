from datetime import UTC, datetime
from typing import Any

import pytest

from client.deployment import Deployment
from client.errors import UserError
from client.operations.destroy import delete_models, destroy, stop_jobs, stop_triggers, wait_for_stacks
from tests.client.conftest import StubbedAws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
TRANSFORM_MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine-of-transforms"
GROUP = "/aws/sagemaker/TrainingJobs"
TRANSFORM_GROUP = "/aws/sagemaker/TransformJobs"
MODEL = "lda-dev-transform-0badcafe"
TRIGGERS_PREFIX = "DevTraining-Triggers"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def no_sleep(_seconds: float) -> None:
    return None


def list_jobs(aws: StubbedAws, status: str, *names: str, kind: str = "Training") -> None:
    jobs = [
        {
            f"{kind}JobName": name,
            f"{kind}JobArn": f"arn:{name}",
            "CreationTime": NOW,
            f"{kind}JobStatus": status,
        }
        for name in names
    ]
    aws.respond(
        "sagemaker",
        f"list_{kind.lower()}_jobs",
        {f"{kind}JobSummaries": jobs},
        StatusEquals=status,
        NameContains="lda-dev-",
    )


def list_triggers(aws: StubbedAws, *schedules: str) -> None:
    aws.respond("scheduler", "list_schedules", {"Schedules": [{"Name": name} for name in schedules]})
    aws.respond("events", "list_rules", {"Rules": []})


def no_jobs(aws: StubbedAws, kind: str = "Training") -> None:
    for status in ("InProgress", "Stopping"):
        list_jobs(aws, status, kind=kind)


def list_models(aws: StubbedAws, *names: str) -> None:
    models = [{"ModelName": name, "ModelArn": f"arn:{name}", "CreationTime": NOW} for name in names]
    aws.respond("sagemaker", "list_models", {"Models": models}, NameContains="lda-dev-transform-")


def no_bulk_scoring(aws: StubbedAws) -> None:
    for _ in range(2):
        no_jobs(aws, "Transform")
    list_models(aws)


def list_streams(aws: StubbedAws, *names: str, group: str = GROUP) -> None:
    answer = {"logStreams": [{"logStreamName": name} for name in names]}
    aws.respond("logs", "describe_log_streams", answer, logGroupName=group, logStreamNamePrefix="lda-dev-")


def list_executions(aws: StubbedAws, *names: str, machine: str = MACHINE) -> None:
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
    aws.respond(
        "stepfunctions",
        "list_executions",
        {"executions": executions},
        stateMachineArn=machine,
        statusFilter="RUNNING",
    )


def test_destroy_stops_triggers_executions_and_jobs_before_it_destroys_stacks_and_log_streams(
    aws: StubbedAws, deployment: Deployment
) -> None:
    list_triggers(aws, "DevTraining-TriggersSchedule-x")
    aws.respond("scheduler", "delete_schedule", {})
    aws.respond_stack(
        "DevTraining",
        outputs={"StateMachineArn": MACHINE, "TransformStateMachineArn": TRANSFORM_MACHINE},
    )
    for name, machine in (("run", MACHINE), ("bulk", TRANSFORM_MACHINE)):
        list_executions(aws, name, machine=machine)
        aws.respond("stepfunctions", "stop_execution", {"stopDate": NOW})
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0", "not-lda-dev-job")
    list_jobs(aws, "Stopping")
    aws.respond("sagemaker", "stop_training_job", {}, TrainingJobName="lda-dev-run-0badcafe-0")
    list_jobs(aws, "InProgress")
    list_jobs(aws, "Stopping", "lda-dev-run-0badcafe-0")
    no_jobs(aws)
    list_jobs(aws, "InProgress", f"{MODEL}-0", kind="Transform")
    list_jobs(aws, "Stopping", kind="Transform")
    aws.respond("sagemaker", "stop_transform_job", {}, TransformJobName=f"{MODEL}-0")
    no_jobs(aws, "Transform")
    list_models(aws, MODEL, f"alice-{MODEL}")
    aws.respond("sagemaker", "delete_model", {}, ModelName=MODEL)
    for stack in deployment.stack_names * 2:
        aws.respond_stack(stack)
    for group, stream in (
        (GROUP, "lda-dev-run-0badcafe-0/algo-1-1"),
        (TRANSFORM_GROUP, f"{MODEL}-0/i-0-1"),
    ):
        list_streams(aws, stream, group=group)
        aws.respond("logs", "delete_log_stream", {}, logGroupName=group, logStreamName=stream)
    reported: list[Any] = []
    destroy(
        deployment,
        report=reported.append,
        run_command=lambda command: reported.append(list(command)),
        sleep=no_sleep,
    )
    assert reported == [
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


def test_destroy_succeeds_without_any_stack_or_log_group(aws: StubbedAws, deployment: Deployment) -> None:
    list_triggers(aws)
    aws.respond_missing_stack("DevTraining")
    for _ in range(2):
        no_jobs(aws)
    no_bulk_scoring(aws)
    for stack in deployment.stack_names * 2:
        aws.respond_missing_stack(stack)
    for _ in range(2):
        aws.respond_error(
            "logs", "describe_log_streams", "ResourceNotFoundException", "The group does not exist."
        )
    commands: list[object] = []
    destroy(deployment, report=lambda _line: None, run_command=commands.append, sleep=no_sleep)
    assert len(commands) == 1


def test_a_stack_with_termination_protection_is_retained_and_reported(
    aws: StubbedAws, deployment: Deployment
) -> None:
    list_triggers(aws)
    aws.respond_missing_stack("DevTraining")
    for _ in range(2):
        no_jobs(aws)
    no_bulk_scoring(aws)
    for stack in (*deployment.stack_names, "DevStorage", "DevTraining", "DevServing"):
        aws.respond_stack(stack, protected=stack == "DevStorage")
    list_streams(aws)
    list_streams(aws, group=TRANSFORM_GROUP)
    reported: list[Any] = []
    destroy(
        deployment,
        report=reported.append,
        run_command=lambda command: reported.append(list(command)[3:6]),
        sleep=no_sleep,
    )
    assert reported == [
        "DevStorage has termination protection and is retained, with all its resources",
        ["DevTraining", "DevServing", "--force"],
    ]


def test_a_job_that_ended_in_the_meantime_is_no_error(aws: StubbedAws, deployment: Deployment) -> None:
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0")
    list_jobs(aws, "Stopping")
    message = "The request was rejected because the training job is in status Completed."
    aws.respond_error("sagemaker", "stop_training_job", "ValidationException", message)
    list_jobs(aws, "InProgress")
    list_jobs(aws, "Stopping")
    stop_jobs(deployment, "training", lambda _line: None, no_sleep)


def test_a_model_that_was_deleted_in_the_meantime_is_no_error(
    aws: StubbedAws, deployment: Deployment
) -> None:
    list_models(aws, MODEL)
    aws.respond_error("sagemaker", "delete_model", "ValidationException", f'Could not find model "{MODEL}".')
    delete_models(deployment, lambda _line: None)


def test_destroy_waits_for_a_stack_update(aws: StubbedAws, deployment: Deployment) -> None:
    for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"):
        aws.respond_missing_stack("DevStorage")
        aws.respond_missing_stack("DevTraining")
        aws.respond_stack("DevServing", status=status)
    waits: list[float] = []
    wait_for_stacks(deployment, waits.append)
    assert waits == [1.0]


def test_the_error_after_the_timeout_names_the_jobs(
    aws: StubbedAws, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.operations.destroy.JOB_TIMEOUT_SECONDS", 2)
    list_jobs(aws, "InProgress", "lda-dev-run-0badcafe-0")
    list_jobs(aws, "Stopping")
    aws.respond("sagemaker", "stop_training_job", {})
    for _ in range(3):
        list_jobs(aws, "InProgress")
        list_jobs(aws, "Stopping", "lda-dev-run-0badcafe-0")
    with pytest.raises(
        UserError, match=r"training jobs have not reached a stable status after 2 s: lda-dev-run-0badcafe-0"
    ):
        stop_jobs(deployment, "training", lambda _line: None, no_sleep)


def test_the_schedule_is_deleted_and_the_rule_disabled(aws: StubbedAws, deployment: Deployment) -> None:
    schedule, rule = f"{TRIGGERS_PREFIX}Schedule-x", f"{TRIGGERS_PREFIX}Upload-y"
    reported: list[str] = []
    aws.respond(
        "scheduler", "list_schedules", {"Schedules": [{"Name": schedule}]}, NamePrefix=TRIGGERS_PREFIX
    )
    aws.respond("scheduler", "delete_schedule", {}, Name=schedule)
    aws.respond("events", "list_rules", {"Rules": [{"Name": rule}]}, NamePrefix=TRIGGERS_PREFIX)
    aws.respond("events", "disable_rule", {}, Name=rule)
    stop_triggers(deployment, reported.append)
    assert reported == [f"deleted schedule {schedule}", f"disabled rule {rule}"]


def test_without_triggers_there_is_nothing_to_stop(aws: StubbedAws, deployment: Deployment) -> None:
    reported: list[str] = []
    aws.respond("scheduler", "list_schedules", {"Schedules": []}, NamePrefix=TRIGGERS_PREFIX)
    aws.respond("events", "list_rules", {"Rules": []}, NamePrefix=TRIGGERS_PREFIX)
    stop_triggers(deployment, reported.append)
    assert reported == []
