"""Least privilege of bulk scoring: without any one action of its roles, it fails with access denied."""

from typing import Any

import pytest

from tests.end_to_end.helpers.bulk_scoring import BulkScoring
from tests.end_to_end.helpers.deployment import Deployment, Outcome
from tests.end_to_end.helpers.grants import (
    BULK_SCORING_ROLES,
    DELIVERY,
    FUNCTION_LOG,
    TRACING,
    Grant,
    deployed_grants,
    is_access_denied,
    removed,
)

pytestmark = [pytest.mark.end_to_end, pytest.mark.timeout(1800)]

ABORTED = "only an aborted execution needs it; test_bulk_scoring.py aborts one"
# Actions that a successful execution does not need: (beginning of the role's name, action) -> reason.
EXCEPTIONS = {
    ("DevTraining-FunctionsInspectTransform", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-FunctionsInspectTransform", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "logs:CreateLogStream"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "logs:PutLogEvents"): FUNCTION_LOG,
    ("DevTraining-FunctionsDeleteModel", "sagemaker:StopTransformJob"): ABORTED,
    ("DevTraining-FunctionsDeleteModel", "sagemaker:DeleteModel"): ABORTED,
    ("DevTraining-Transform", "sagemaker:StopTransformJob"): ABORTED,
    (
        "DevTraining-Transform",
        "sagemaker:ListTags",
    ): "AWS documents it for .sync; the local AWS does not require it",
    **{
        ("DevTraining-Transform", action): "an execution that cannot notify ends with the same result"
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


def bulk_scoring_grants(deployment: Deployment) -> list[Grant]:
    return [grant for grant in deployed_grants(deployment) if grant.role.startswith(BULK_SCORING_ROLES)]


class GrantRemoval:
    """Scores a few documents while one grant is removed."""

    def __init__(self, bulk: BulkScoring) -> None:
        self.bulk = bulk
        self.iam = bulk.deployment.local_aws.client("iam")

    def is_required(self, grant: Grant) -> bool:
        with removed(self.iam, grant):
            outcome = self.run()
        for model in self.bulk.models():
            self.bulk.sagemaker.delete_model(ModelName=model)
        return is_access_denied(outcome)

    def run(self) -> Outcome:
        return self.bulk.run(dataset="small")


@pytest.fixture
def grant_removal(deployment: Deployment, small_splits: tuple[Any, Any]) -> GrantRemoval:
    deployment.upload("small", *small_splits)
    deployment.run(dataset="small", num_topics=5).require_success()
    grant_removal = GrantRemoval(BulkScoring(deployment))
    grant_removal.run().require_success()
    return grant_removal


def test_an_execution_is_denied_access_without_any_one_action(
    deployment: Deployment, grant_removal: GrantRemoval
) -> None:
    checked = [grant for grant in bulk_scoring_grants(deployment) if grant.exception(EXCEPTIONS) is None]
    assert len(checked) > 20
    assert [grant for grant in checked if not grant_removal.is_required(grant)] == []


def test_each_exception_names_a_granted_action(deployment: Deployment) -> None:
    assert {grant.exception(EXCEPTIONS) for grant in bulk_scoring_grants(deployment)} - {None} == set(
        EXCEPTIONS
    )
