"""Rules and schedules invoke their targets with the target's role."""

import json
import time
import uuid
from typing import Any

import pytest

ACCOUNT = "123456789012"
STATES = {"Done": {"Type": "Succeed"}}


@pytest.fixture
def machine(aws: Any) -> str:
    return str(aws.machine(STATES))


def inputs(aws: Any, machine: str) -> list[Any]:
    """The inputs of a machine's executions."""
    states = aws.client("stepfunctions")
    return [
        json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])
        for execution in states.list_executions(stateMachineArn=machine)["executions"]
    ]


def bucket_with_events(aws: Any) -> str:
    name = f"bucket-{uuid.uuid4().hex[:8]}"
    configuration = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    stack = aws.stack(
        {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": name, "NotificationConfiguration": configuration},
            }
        }
    )
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return name


def rule_on_uploads(bucket: str, target: str, role: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "EventPattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [bucket]},
                    "object": {"key": [{"wildcard": "datasets/*/manifest.json"}]},
                },
            },
            "Targets": [
                {
                    "Id": "one",
                    "Arn": target,
                    "RoleArn": role,
                    "InputTransformer": {
                        "InputPathsMap": {"key": "$.detail.object.key"},
                        "InputTemplate": '{"manifest":<key>,"started_by":"upload of <key>"}',
                    },
                }
            ],
        },
    }


def test_an_upload_starts_an_execution_with_the_objects_key(
    aws: Any, machine: str, allow: Any, eventually: Any
) -> None:
    bucket = bucket_with_events(aws)
    role = aws.role("events", allow("states:StartExecution", machine))
    stack = aws.stack({"Rule": rule_on_uploads(bucket, machine, role)})
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    s3 = aws.client("s3")
    for key in ("datasets/a/train/part-0", "datasets/a/manifest.json", "models/a/manifest.json"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    key = "datasets/a/manifest.json"
    started = eventually(lambda: inputs(aws, machine))
    assert started == [{"manifest": key, "started_by": f"upload of {key}"}]


@pytest.mark.parametrize("trusted", ["events", "scheduler"])
def test_a_role_without_permission_or_for_another_service_starts_no_execution(
    aws: Any, machine: str, allow: Any, eventually: Any, trusted: str
) -> None:
    statements = [allow("states:StartExecution", machine)] if trusted == "scheduler" else []
    bucket = bucket_with_events(aws)
    aws.stack({"Rule": rule_on_uploads(bucket, machine, aws.role(trusted, *statements))})
    aws.client("s3").put_object(Bucket=bucket, Key="datasets/b/manifest.json", Body=b"{}")
    log = aws.state / "server.log"
    lines = eventually(
        lambda: [line for line in log.read_text().splitlines() if f"did not reach {machine}" in line]
    )
    assert ("cannot be assumed by events" if trusted == "scheduler" else "states:StartExecution") in lines[0]
    assert inputs(aws, machine) == []


def schedule(target: str, role: str, expression: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": expression,
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {"Arn": target, "RoleArn": role, "Input": '{"started_by":"schedule"}'},
        },
    }


def test_a_schedule_of_a_stack_starts_an_execution_at_its_time(
    aws: Any, machine: str, allow: Any, eventually: Any
) -> None:
    role = aws.role("scheduler", allow("states:StartExecution", machine))
    past = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() - 60))
    stack = aws.stack({"Schedule": schedule(machine, role, past)})
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    assert eventually(lambda: inputs(aws, machine)) == [{"started_by": "schedule"}]


@pytest.mark.parametrize("kind", ["template", "call"])
def test_a_schedule_with_a_role_takes_pass_role(aws: Any, machine: str, allow: Any, kind: str) -> None:
    role = aws.role("scheduler", allow("states:StartExecution", machine))
    client = aws.user(allow(["scheduler:*", "cloudformation:*"]))
    properties = schedule(machine, role, "rate(1 day)")["Properties"]
    if kind == "call":
        with aws.refused("AccessDeniedException") as messages:
            client("scheduler").create_schedule(Name=f"schedule-{uuid.uuid4().hex[:8]}", **properties)
        assert "iam:PassRole" in messages[0]
        return
    stack = aws.stack(
        {"Schedule": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}},
        client=client("cloudformation"),
    )
    assert "iam:PassRole" in aws.failures(stack)
