"""The permissions of a promotion."""

from fnmatch import fnmatchcase

import pytest

from tests.stacks.templates import ACCOUNT, TemplateOf, granted_resources, role


def granted(template: TemplateOf, environment: str) -> dict[str, list[str]]:
    return granted_resources(role(template("Training", environment=environment), "Promotions"))


@pytest.mark.parametrize(
    ("action", "name", "allowed"),
    [
        ("sagemaker:CreateModel", "model/ldadevmodel-x1y2", True),
        ("sagemaker:CreateModel", "model/LdaDevModel-X1Y2", True),
        ("sagemaker:DeleteModel", "model/devserving-ldadevmodel-x1y2", True),
        ("sagemaker:DeleteModel", "model/ldaprodmodel-x1y2", False),
        ("sagemaker:DeleteModel", "model/alicedevmodel-x1y2", False),
        ("sagemaker:CreateEndpointConfig", "endpoint-config/ldadevconfig-x1y2", True),
        ("sagemaker:UpdateEndpoint", "endpoint/lda-dev", True),
        ("sagemaker:UpdateEndpoint", "endpoint-config/ldadevconfig-x1y2", True),
        ("sagemaker:UpdateEndpoint", "endpoint/lda-prod", False),
        ("sagemaker:DeleteEndpoint", "endpoint/lda-dev", True),
        ("sagemaker:AddTags", "endpoint/lda-dev", True),
        ("sagemaker:AddTags", "training-job/lda-dev-run-0", False),
    ],
)
def test_a_promotion_is_confined_to_the_deployments_model_config_and_endpoint(
    template: TemplateOf, action: str, name: str, *, allowed: bool
) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:{name}"
    patterns = granted(template, "dev")[action]
    assert any(fnmatchcase(arn, pattern) for pattern in patterns) is allowed


@pytest.mark.parametrize(
    "action",
    [
        "sagemaker:DescribeModel",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeEndpoint",
        "sagemaker:ListTags",
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScheduledActions",
        "application-autoscaling:DescribeScalingPolicies",
    ],
)
def test_a_promotion_may_read_what_cloudformation_created(template: TemplateOf, action: str) -> None:
    # The read handlers of the types in the CloudFormation registry: without one, the creation fails.
    assert action in granted(template, "prod")


def test_a_promotion_may_scale_only_where_the_endpoint_does(template: TemplateOf) -> None:
    dev, prod = (
        {action.partition(":")[0] for action in granted(template, environment)}
        for environment in ("dev", "prod")
    )
    assert dev == {"sagemaker", "iam", "ssm", "cloudwatch"}
    assert prod == dev | {"application-autoscaling"}


def test_a_promotion_reads_the_alarms_on_which_an_update_rolls_back(
    template: TemplateOf, environment: str
) -> None:
    alarms = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{environment.capitalize()}Serving-*"
    assert alarms in granted(template, environment)["cloudwatch:DescribeAlarms"]
