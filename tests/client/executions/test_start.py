"""The field that `start` adds to an execution's input."""

import json
from datetime import UTC, datetime

import pytest

from client.deployment import Deployment
from client.executions.start import FieldValue, start
from tests.client.conftest import StubbedAws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
SESSION = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 60}@me"


@pytest.mark.parametrize(
    ("fields", "execution_input"),
    [
        ({}, {"started_by": SESSION[-128:]}),
        ({"started_by": "a schedule"}, {"started_by": "a schedule"}),
    ],
)
def test_started_by_is_the_end_of_the_callers_arn_by_default(
    aws: StubbedAws,
    deployment: Deployment,
    fields: dict[str, FieldValue],
    execution_input: dict[str, FieldValue],
) -> None:
    caller = {"Arn": SESSION, "Account": "123456789012", "UserId": "AROAEXAMPLE:me"}
    aws.respond_stack("DevTraining", outputs={"StateMachineArn": MACHINE})
    aws.respond("sts", "get_caller_identity", caller)
    started = {"executionArn": "arn", "startDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.respond(
        "stepfunctions",
        "start_execution",
        started,
        stateMachineArn=MACHINE,
        input=json.dumps(execution_input),
    )
    assert start(deployment, fields) == "arn"
