"""State machines that create a model, transform with it, and delete it."""

import json
from typing import Any

import pytest

from tests.local_aws.sagemaker.helpers.local_server import BUCKET, IMAGE
from tests.local_aws.sagemaker.helpers.state_machine import StateMachine
from tests.local_aws.sagemaker.helpers.transform_jobs import (
    outputs,
    put_objects,
    run_job,
    transform_request,
    wait_for_request,
    wait_until_ended,
)

SAGEMAKER = "arn:aws:sagemaker:us-east-1:123456789012"
RULE = "arn:aws:events:us-east-1:123456789012:rule/StepFunctionsGetEventsForSageMakerTransformJobsRule"
RIGHTS = [
    *(
        {"Action": f"sagemaker:{action}TransformJob", "Resource": f"{SAGEMAKER}:transform-job/*"}
        for action in ("Create", "Describe", "Stop")
    ),
    *(
        {"Action": f"sagemaker:{action}Model", "Resource": f"{SAGEMAKER}:model/*"}
        for action in ("Create", "Delete")
    ),
    *(
        {"Action": f"events:{action}", "Resource": RULE}
        for action in ("PutTargets", "PutRule", "DescribeRule")
    ),
    {"Action": "sagemaker:AddTags", "Resource": f"{SAGEMAKER}:*"},
    {"Action": "iam:PassRole", "Resource": "*"},
]


class Machine(StateMachine):
    def start(self, *tasks: dict[str, Any], lacking: str = "") -> str:
        names = [f"Task {number}" for number in range(len(tasks))]
        states = {
            name: {"Type": "Task", **({"Next": after} if after else {"End": True}), **task}
            for name, after, task in zip(names, [*names[1:], ""], tasks, strict=True)
        }
        permissions = [right for right in RIGHTS if right["Action"] != lacking]
        return self.execute({"StartAt": names[0], "States": states}, permissions)


@pytest.fixture
def machine(aws: Any) -> Machine:
    return Machine(aws)


def transform(job: dict[str, Any], suffix: str = ".sync", **state: Any) -> dict[str, Any]:
    return {"Resource": f"arn:aws:states:::sagemaker:createTransformJob{suffix}", "Parameters": job, **state}


@pytest.mark.parametrize("service", ["sagemaker", "aws-sdk:sagemaker"])
def test_a_model_is_created_used_and_deleted(aws: Any, role: str, machine: Machine, service: str) -> None:
    model = aws.name("Model")
    container = {"Image": IMAGE, "ModelDataUrl": aws.model_data("m")}
    created = {"ModelName": model, "PrimaryContainer": container, "ExecutionRoleArn": role}
    job = transform_request(
        aws, model, put_objects(aws, {"a": b"1"}), Tags=[{"Key": "project", "Value": "spec"}]
    )
    done = machine.wait_until_ended(
        machine.start(
            {
                "Resource": f"arn:aws:states:::{service}:createModel",
                "Parameters": created,
                "ResultPath": "$.model",
            },
            transform(job, ResultPath="$.job"),
            {
                "Resource": "arn:aws:states:::aws-sdk:sagemaker:deleteModel",
                "Parameters": {"ModelName": model},
                "ResultPath": None,
            },
        )
    )
    assert done["status"] == "SUCCEEDED", done.get("cause")
    output = json.loads(done["output"])
    assert output["model"] == {"ModelArn": f"{SAGEMAKER}:model/{model.lower()}"}
    assert output["job"]["TransformJobStatus"] == "Completed"
    assert isinstance(output["job"]["TransformEndTime"], int)
    assert output["job"]["TransformOutput"]["S3OutputPath"] == f"s3://{BUCKET}/{job['TransformJobName']}"
    assert "ResponseMetadata" not in output["job"]
    assert list(outputs(aws, job)) == ["a.out"]
    assert not aws.client("sagemaker").list_models(NameContains=model)["Models"]
    events = machine.states.get_execution_history(executionArn=done["executionArn"])["events"]
    (submitted,) = (event for event in events if event["type"] == "TaskSubmitted")
    assert "TransformJobArn" in submitted["taskSubmittedEventDetails"]["output"]


def test_without_sync_the_task_ends_when_the_job_starts(aws: Any, role: str, machine: Machine) -> None:
    job = transform_request(aws, aws.model(role, "m"), put_objects(aws, {"a": b"1"}))
    done = machine.wait_until_ended(machine.start(transform(job, "")))
    name = job["TransformJobName"].lower()
    assert json.loads(done["output"]) == {"TransformJobArn": f"{SAGEMAKER}:transform-job/{name}"}
    assert wait_until_ended(aws, job)["TransformJobStatus"] == "Completed"


def test_a_failed_job_fails_the_task_with_its_description(aws: Any, role: str, machine: Machine) -> None:
    job = transform_request(aws, aws.model(role, "m"), put_objects(aws, {"a": b"refuse"}))
    done = machine.wait_until_ended(machine.start(transform(job)))
    assert (done["status"], done["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(done["cause"])
    assert cause["FailureReason"] == "ClientError: See job logs for more information"
    assert cause["TransformJobName"] == job["TransformJobName"]


def test_a_refused_job_fails_the_task_with_sagemakers_error(aws: Any, role: str, machine: Machine) -> None:
    job = transform_request(aws, aws.model(role, "m"), put_objects(aws, {"a": b"1"}))
    run_job(aws, job)
    assert (
        machine.wait_until_ended(machine.start(transform(job)))["error"] == "SageMaker.ResourceInUseException"
    )
    missing = {**job, "TransformJobName": aws.name("Transform"), "ModelName": "none"}
    refused = machine.wait_until_ended(machine.start(transform(missing)))
    assert refused["error"] == "SageMaker.AmazonSageMakerException"
    assert "Could not find model" in refused["cause"]


def test_a_refused_model_fails_the_task(role: str, machine: Machine) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/absent.tar.gz"}
    created = {"ModelName": "m", "PrimaryContainer": container, "ExecutionRoleArn": role}
    done = machine.wait_until_ended(
        machine.start({"Resource": "arn:aws:states:::sagemaker:createModel", "Parameters": created})
    )
    assert done["error"] == "SageMaker.AmazonSageMakerException"
    assert "Could not access model data" in done["cause"]


@pytest.mark.parametrize("name", ["createTransformJob.waitForTaskToken", "createModelPackage"])
def test_an_unknown_resource_fails_the_task(machine: Machine, name: str) -> None:
    resource = f"arn:aws:states:::sagemaker:{name}"
    done = machine.wait_until_ended(machine.start({"Resource": resource, "Parameters": {}}))
    assert done["status"] == "FAILED"


@pytest.mark.parametrize(
    "missing",
    [
        right["Action"]
        for right in RIGHTS
        if not {"sagemaker:StopTransformJob", "iam:PassRole"} & {right["Action"]}
        and "Model" not in right["Action"]
    ],
)
def test_each_missing_permission_of_the_machine_role_is_named(
    aws: Any, role: str, machine: Machine, missing: str
) -> None:
    job = transform_request(
        aws, aws.model(role, "m"), put_objects(aws, {"a": b"1"}), Tags=[{"Key": "a", "Value": "1"}]
    )
    done = machine.wait_until_ended(machine.start(transform(job), lacking=missing))
    assert done["status"] == "FAILED"
    assert f"not authorized to perform: {missing}" in done["cause"]


@pytest.mark.parametrize("missing", ["sagemaker:CreateModel", "iam:PassRole"])
def test_create_model_needs_its_permission_and_pass_role(
    aws: Any, role: str, machine: Machine, missing: str
) -> None:
    container = {"Image": IMAGE, "ModelDataUrl": aws.model_data("m")}
    created = {"ModelName": aws.name("Model"), "PrimaryContainer": container, "ExecutionRoleArn": role}
    task = {"Resource": "arn:aws:states:::sagemaker:createModel", "Parameters": created}
    assert (
        f"not authorized to perform: {missing}"
        in machine.wait_until_ended(machine.start(task, lacking=missing))["cause"]
    )


@pytest.mark.parametrize("how", ["aborted", "timed out"])
def test_a_task_that_ends_early_stops_its_job(aws: Any, role: str, machine: Machine, how: str) -> None:
    job = transform_request(aws, aws.model(role, "m"), put_objects(aws, {"a": b"wait for release"}))
    state: dict[str, Any] = {"TimeoutSeconds": 2} if how == "timed out" else {}
    arn = machine.start(transform(job, **state))
    wait_for_request(aws, job)
    if how == "aborted":
        machine.states.stop_execution(executionArn=arn)
    assert wait_until_ended(aws, job)["TransformJobStatus"] == "Stopped"
    assert outputs(aws, job) == {}
