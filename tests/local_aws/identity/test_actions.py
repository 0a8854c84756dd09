import pytest

from local_aws.identity import actions


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
def test_actions_are_named_as_policies_name_them(action: str) -> None:
    assert action in actions.of(action.partition(":")[0])


@pytest.mark.parametrize("operation", ["s3:HeadObject", "s3:ListObjectsV2", "lambda:Invoke", "iam:PassRole"])
def test_a_name_that_no_call_is_authorised_by_is_none(operation: str) -> None:
    assert operation not in actions.of(operation.partition(":")[0])


def test_nothing_is_known_of_a_service_that_botocore_does_not_describe() -> None:
    assert actions.of("nowhere") == frozenset()
