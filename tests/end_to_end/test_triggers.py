"""What starts executions and tells of them without a person, from the templates to the message."""

import json
import sys
from typing import Any

import pytest

from tests.end_to_end.machine import Machine, Mailbox, Project, run, until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def project(machine: Machine) -> Project:
    """Without the dataset griffiths: what the schedule starts ends at once, before a training job."""
    project = Project(machine, {"schedule": "rate(1 minute)", "train_on_upload": "true"})
    project.deploy()
    return project


@pytest.fixture(scope="module")
def mailbox(project: Project) -> Mailbox:
    return project.mailbox()


def inputs(project: Project) -> dict[str, Any]:
    """Return what the executions were started with, by their ARN."""
    states, machine = project.machine.client("stepfunctions"), project.output("Training", "StateMachineArn")
    return {
        one["executionArn"]: json.loads(states.describe_execution(executionArn=one["executionArn"])["input"])
        for one in states.list_executions(stateMachineArn=machine)["executions"]
    }


def started_by(project: Project, reason: str) -> list[tuple[str, Any]]:
    return [(arn, given) for arn, given in inputs(project).items() if given.get("started_by") == reason]


def test_uploading_a_dataset_starts_one_execution_with_it(project: Project, small: tuple[Any, Any]) -> None:
    key = "datasets/uploaded/manifest.json"
    project.upload("uploaded", *small)
    until(lambda: started_by(project, f"upload of {key}"))
    ((execution, given),) = started_by(project, f"upload of {key}")
    assert given == {"manifest": key, "started_by": f"upload of {key}"}
    outcome = project.finish(execution).succeeded()
    evaluation = f"evaluations/{outcome.output['training_job']}/evaluation.json"
    bucket = project.output("Storage", "DataBucketName")
    said = json.loads(project.machine.client("s3").get_object(Bucket=bucket, Key=evaluation)["Body"].read())
    assert (said["dataset"], said["started_by"]) == ("uploaded", f"upload of {key}")


def test_an_aborted_execution_is_told_in_a_sentence_with_a_link_into_the_console(
    project: Project, mailbox: Mailbox
) -> None:
    told: list[str] = []
    execution = project.start()
    project.machine.client("stepfunctions").stop_execution(executionArn=execution)

    def is_told() -> bool:
        told.extend(message for message in mailbox.messages() if execution in message)
        return bool(told)

    until(is_told)
    (message,) = told
    region = project.machine.environment["AWS_REGION"]
    link = f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/"
    assert "ended as ABORTED; a training job" in message
    assert f"Its history: {link}{execution}" in message


def test_the_schedule_starts_an_execution_when_a_minute_has_passed(project: Project) -> None:
    until(lambda: started_by(project, "schedule"))
    (execution, given), *_ = started_by(project, "schedule")
    assert set(given) == {"Comment", "started_by"}
    outcome = project.finish(execution)
    assert outcome.error == "InvalidInput"
    assert "griffiths" in outcome.cause


def test_destroying_stops_them_first_and_leaves_nothing_but_a_key_that_kms_deletes(project: Project) -> None:
    environment = project.machine.environment
    destroyed = run([sys.executable, "-m", "client", "destroy"], environment)
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    said = destroyed.stdout + destroyed.stderr
    assert said.index("deleted schedule DevTraining-Triggers") < said.index("is destroyed")
    assert "disabled rule DevTraining-Triggers" in said
    left = run([sys.executable, "-m", "client", "leftovers"], environment)
    assert (left.returncode, "left over" in left.stdout) == (0, False), left.stdout
    kms = project.machine.client("kms")
    states = [
        kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]
    ]
    assert states == ["PendingDeletion"]
