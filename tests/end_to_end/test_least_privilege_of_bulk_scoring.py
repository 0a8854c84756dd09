"""Every action of the second state machine's roles is needed: taken away, bulk scoring fails and says so."""

import json
from typing import Any

import pytest

from tests.end_to_end.machine import Outcome, Project
from tests.end_to_end.test_bulk_scoring import Bulk
from tests.end_to_end.test_least_privilege import (
    BULK_SCORING,
    DELIVERY,
    FUNCTION_LOG,
    TRACING,
    Grant,
    document,
    grants,
    without,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(1800)]

ABORTED = "only an aborted run takes it; test_bulk_scoring.py aborts one"
# What a run that goes well can't show, each with its reason: (beginning of the role's name, action).
NOT_SHOWN = {
    ("DevTraining-FunctionsInspectTransform", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-FunctionsInspectTransform", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "sagemaker:StopTransformJob"): ABORTED,
    ("DevTraining-FunctionsDeleteModel", "sagemaker:DeleteModel"): ABORTED,
    ("DevTraining-Transform", "sagemaker:StopTransformJob"): ABORTED,
    ("DevTraining-Transform", "sagemaker:ListTags"): "AWS documents it for .sync; the local one needs none",
    **{
        ("DevTraining-Transform", action): "a notification that can't be sent hides no result"
        for action in ("sns:Publish", "kms:Decrypt", "kms:GenerateDataKey")
    },
    **{
        ("DevTraining-Transform", f"logs:{action}"): DELIVERY
        for action in (
            *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery"),
            *("ListLogDeliveries", "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
        )
    },
    **{
        ("DevTraining-Transform", f"xray:{action}"): TRACING
        for action in (
            *("GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"),
        )
    },
}


def excuse(grant: Grant) -> tuple[str, str] | None:
    return next((e for e in NOT_SHOWN if grant.role.startswith(e[0]) and grant.action == e[1]), None)


def of_bulk_scoring(project: Project) -> list[Grant]:
    return [grant for grant in grants(project) if grant.role.startswith(BULK_SCORING)]


class Attempt:
    """Scores a few documents while one grant is taken away, and gives it back."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self.iam = bulk.project.machine.client("iam")

    def shows(self, grant: Grant) -> bool:
        names = {"RoleName": grant.role, "PolicyName": grant.policy}
        before = document(self.iam, grant.role, grant.policy)
        self.iam.put_role_policy(**names, PolicyDocument=json.dumps(without(before, grant)))
        outcome = self.run()
        self.iam.put_role_policy(**names, PolicyDocument=json.dumps(before))
        for model in self.bulk.models():
            self.bulk.sagemaker.delete_model(ModelName=model)
        said = f"{outcome.error} {outcome.cause}".lower()
        return outcome.status == "FAILED" and ("not authorized" in said or "access" in said)

    def run(self) -> Outcome:
        return self.bulk.run(dataset="small")


@pytest.fixture
def attempt(project: Project, small: tuple[Any, Any]) -> Attempt:
    project.upload("small", *small)
    project.run(dataset="small", num_topics=5).succeeded()
    attempt = Attempt(Bulk(project))
    attempt.run().succeeded()
    return attempt


def test_each_action_taken_away_is_missed(project: Project, attempt: Attempt) -> None:
    asked = [grant for grant in of_bulk_scoring(project) if excuse(grant) is None]
    assert len(asked) > 20
    assert [grant for grant in asked if not attempt.shows(grant)] == []


def test_each_excuse_is_for_an_action_that_is_granted(project: Project) -> None:
    assert {excuse(grant) for grant in of_bulk_scoring(project)} - {None} == set(NOT_SHOWN)
