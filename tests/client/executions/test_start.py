"""What `start` adds to an execution's input."""

import json
from datetime import UTC, datetime

import pytest

from client.deployment import Deployment
from client.executions.start import Field, start
from tests.client.conftest import PreparedAws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
SESSION = f"arn:aws:sts::123456789012:assumed-role/{'r' * 64}/{'s' * 60}@me"


@pytest.mark.parametrize(
    ("fields", "given"),
    [
        ({}, {"started_by": SESSION[-128:]}),
        ({"started_by": "a schedule"}, {"started_by": "a schedule"}),
    ],
)
def test_the_end_of_the_callers_arn_says_who_started_it_unless_the_fields_do(
    aws: PreparedAws, deployment: Deployment, fields: dict[str, Field], given: dict[str, Field]
) -> None:
    caller = {"Arn": SESSION, "Account": "123456789012", "UserId": "AROAEXAMPLE:me"}
    aws.stack("DevTraining", outputs={"StateMachineArn": MACHINE})
    aws.answer("sts", "get_caller_identity", caller)
    started = {"executionArn": "arn", "startDate": datetime(2026, 1, 1, tzinfo=UTC)}
    aws.answer("stepfunctions", "start_execution", started, stateMachineArn=MACHINE, input=json.dumps(given))
    assert start(deployment, fields) == "arn"
