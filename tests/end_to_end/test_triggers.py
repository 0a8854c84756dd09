"""Triggers and notifications: executions started by an upload or a schedule, and their end by `destroy`."""

import json
import sys
from typing import Any

import pytest

from tests.end_to_end.helpers.deployment import Deployment
from tests.end_to_end.helpers.local_aws_server import LocalAws, run
from tests.end_to_end.helpers.notification_queue import NotificationQueue
from tests.end_to_end.helpers.polling import wait_until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def deployment(local_aws: LocalAws) -> Deployment:
    """Without the dataset griffiths, so that scheduled executions fail before a training job."""
    deployment = Deployment(local_aws, {"schedule": "rate(1 minute)", "train_on_upload": "true"})
    deployment.deploy()
    return deployment


@pytest.fixture(scope="module")
def notifications(deployment: Deployment) -> NotificationQueue:
    return deployment.subscribe()


def inputs(deployment: Deployment) -> dict[str, Any]:
    """Return the input of each execution by its ARN."""
    states, state_machine = (
        deployment.local_aws.client("stepfunctions"),
        deployment.output("Training", "StateMachineArn"),
    )
    return {
        execution["executionArn"]: json.loads(
            states.describe_execution(executionArn=execution["executionArn"])["input"]
        )
        for execution in states.list_executions(stateMachineArn=state_machine)["executions"]
    }


def started_by(deployment: Deployment, reason: str) -> list[tuple[str, Any]]:
    return [(arn, fields) for arn, fields in inputs(deployment).items() if fields.get("started_by") == reason]


def test_an_upload_starts_one_execution_with_its_dataset(
    deployment: Deployment, small_splits: tuple[Any, Any]
) -> None:
    key = "datasets/uploaded/manifest.json"
    deployment.upload("uploaded", *small_splits)
    wait_until(lambda: started_by(deployment, f"upload of {key}"))
    ((execution, fields),) = started_by(deployment, f"upload of {key}")
    assert fields == {"manifest": key, "started_by": f"upload of {key}"}
    outcome = deployment.finish(execution).require_success()
    evaluation = f"evaluations/{outcome.output['training_job']}/evaluation.json"
    bucket = deployment.output("Storage", "DataBucketName")
    report = json.loads(
        deployment.local_aws.client("s3").get_object(Bucket=bucket, Key=evaluation)["Body"].read()
    )
    assert (report["dataset"], report["started_by"]) == ("uploaded", f"upload of {key}")


def test_an_aborted_execution_is_notified_with_a_link_to_its_history(
    deployment: Deployment, notifications: NotificationQueue
) -> None:
    received: list[str] = []
    execution = deployment.start()
    deployment.local_aws.client("stepfunctions").stop_execution(executionArn=execution)

    def is_notified() -> bool:
        received.extend(message for message in notifications.messages() if execution in message)
        return bool(received)

    wait_until(is_notified)
    (message,) = received
    region = deployment.local_aws.environment["AWS_REGION"]
    link = f"https://{region}.console.aws.amazon.com/states/home?region={region}#/v2/executions/details/"
    assert "ended as ABORTED; a training job" in message
    assert f"Its history: {link}{execution}" in message


def test_the_schedule_starts_an_execution_after_a_minute(deployment: Deployment) -> None:
    wait_until(lambda: started_by(deployment, "schedule"))
    (execution, fields), *_ = started_by(deployment, "schedule")
    assert set(fields) == {"Comment", "started_by"}
    outcome = deployment.finish(execution)
    assert outcome.error == "InvalidInput"
    assert "griffiths" in outcome.cause


def test_destroy_disables_triggers_first_and_leaves_only_a_key_pending_deletion(
    deployment: Deployment,
) -> None:
    environment = deployment.local_aws.environment
    destroyed = run([sys.executable, "-m", "client", "destroy"], environment)
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    output = destroyed.stdout + destroyed.stderr
    assert output.index("deleted schedule DevTraining-Triggers") < output.index("is destroyed")
    assert "disabled rule DevTraining-Triggers" in output
    leftovers = run([sys.executable, "-m", "client", "leftovers"], environment)
    assert (leftovers.returncode, "left over" in leftovers.stdout) == (0, False), leftovers.stdout
    kms = deployment.local_aws.client("kms")
    states = [
        kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] for key in kms.list_keys()["Keys"]
    ]
    assert states == ["PendingDeletion"]
