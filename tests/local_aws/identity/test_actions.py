import pytest

from local_aws.identity.actions import actions_of


@pytest.mark.parametrize(
    "action",
    [
        "cloudformation:UpdateStack",
        "cloudwatch:PutMetricData",
        "elasticloadbalancing:DescribeTargetHealth",
        "iam:CreateRole",
        "lambda:InvokeFunction",
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:PutBucketTagging",
        "scheduler:CreateSchedule",
        "states:StartExecution",
        "tag:GetResources",
    ],
)
def test_actions_have_their_names_in_policies(action: str) -> None:
    assert action in actions_of(action.partition(":")[0])


@pytest.mark.parametrize("operation", ["s3:HeadObject", "s3:ListObjectsV2", "lambda:Invoke", "iam:PassRole"])
def test_operations_that_no_call_is_authorised_by_are_excluded(operation: str) -> None:
    assert operation not in actions_of(operation.partition(":")[0])


def test_a_service_without_a_botocore_model_has_no_actions() -> None:
    assert actions_of("nowhere") == frozenset()
