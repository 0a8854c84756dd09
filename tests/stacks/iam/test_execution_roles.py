"""The stack that trains: its roles, and what people find of it."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from stacks.common.resource_names import generated_names
from stacks.config.settings import Settings

TemplateOf = Callable[..., dict[str, Any]]


def role(template: dict[str, Any], description: str) -> dict[str, Any]:
    (found,) = (
        one["Properties"]
        for one in template["Resources"].values()
        if one["Type"] == "AWS::IAM::Role"
        and one["Properties"].get("Description", "").startswith(description)
    )
    assert isinstance(found, dict)
    return found


def flat(value: Any) -> str:
    """Join what CloudFormation would, with a word for each reference."""
    if isinstance(value, str):
        return value
    ((function, arguments),) = value.items()
    if function == "Fn::Join":
        return "".join(map(flat, arguments[1]))
    if function == "Ref":
        return {"AWS::AccountId": "111122223333", "AWS::Partition": "aws"}[arguments]
    return {"Fn::ImportValue": "BUCKET", "Fn::GetAtt": "ROLE"}[function]


def grants(role_: dict[str, Any]) -> dict[str, list[str]]:
    """Return action -> the ARN patterns that it is granted on."""
    found: dict[str, list[str]] = {}
    for policy in role_["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions, resources = (
                one if isinstance(one, list) else [one]
                for one in (statement["Action"], statement["Resource"])
            )
            for action in actions:
                found.setdefault(action, []).extend(map(flat, resources))
    return found


def test_training_reads_datasets_and_writes_models_and_no_other_key(
    template: TemplateOf, environment: str
) -> None:
    may = grants(role(template("Training", environment=environment), "Training jobs"))
    assert may["s3:GetObject"] == ["BUCKET/datasets/*"]
    assert may["s3:PutObject"] == ["BUCKET/models/*"]
    assert {action for action in may if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_training_writes_to_its_own_jobs_streams(template: TemplateOf) -> None:
    may = grants(role(template("Training", environment="dev"), "Training jobs"))
    group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/TrainingJobs"
    assert may["logs:PutLogEvents"] == [f"{group}:log-stream:lda-dev-*"]
    assert may["logs:CreateLogStream"] == [group, f"{group}:*"]


def test_hosting_only_reads_models(template: TemplateOf, environment: str) -> None:
    may = grants(role(template("Training", environment=environment), "The model behind"))
    assert may["s3:GetObject"] == ["BUCKET/models/*"]
    assert "s3:PutObject" not in may


def test_bulk_scoring_reads_models_and_documents_and_writes_results_and_no_other_key(
    template: TemplateOf, environment: str
) -> None:
    may = grants(role(template("Training", environment=environment), "The models of bulk"))
    group = "arn:aws:logs:us-east-1:111122223333:log-group:/aws/sagemaker/TransformJobs"
    assert may["s3:GetObject"] == ["BUCKET/datasets/*", "BUCKET/models/*"]
    assert may["s3:PutObject"] == ["BUCKET/transforms/*"]
    assert may["logs:PutLogEvents"] == [f"{group}:log-stream:lda-{environment}-transform-*"]
    assert {action for action in may if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_hosting_and_promotions_see_the_alarms_that_a_deployment_rolls_back_on(
    template: TemplateOf, environment: str
) -> None:
    training = template("Training", environment=environment)
    alarms = f"arn:aws:cloudwatch:us-east-1:111122223333:alarm:{environment.capitalize()}Serving-*"
    assert grants(role(training, "The model behind"))["cloudwatch:DescribeAlarms"] == [alarms]
    assert alarms in grants(role(training, "Promotions"))["cloudwatch:DescribeAlarms"]


def test_all_pull_the_algorithms_image_alone(template: TemplateOf, overridden: dict[str, object]) -> None:
    built_in, open_ = template("Training", environment="dev"), template("Training", **overridden)
    for user in ("Training jobs", "The model behind", "The models of bulk"):
        assert grants(role(built_in, user))["ecr:BatchGetImage"] == [
            "arn:aws:ecr:us-east-1:766337827248:repository/lda"
        ]
        assert grants(role(open_, user))["ecr:BatchGetImage"] == [
            "arn:aws:ecr:eu-north-1:111122223333:repository/spectral-lda"
        ]


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
def test_promotions_reach_this_deployments_model_config_and_endpoint_alone(
    template: TemplateOf, action: str, name: str, *, allowed: bool
) -> None:
    may = grants(role(template("Training", environment="dev"), "Promotions"))
    arn = f"arn:aws:sagemaker:us-east-1:111122223333:{name}"
    assert any(fnmatchcase(arn, pattern) for pattern in may[action]) is allowed


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
def test_promotions_may_read_back_what_cloudformation_made(template: TemplateOf, action: str) -> None:
    # The read handlers of the types in the CloudFormation registry: without one, the creation fails.
    assert action in grants(role(template("Training", environment="prod"), "Promotions"))


def test_promotions_may_do_nothing_but_hosting_and_where_it_scales_scaling(template: TemplateOf) -> None:
    dev, prod = (
        {
            action.partition(":")[0]
            for action in grants(role(template("Training", environment=name), "Promotions"))
        }
        for name in ("dev", "prod")
    )
    assert dev == {"sagemaker", "iam", "ssm", "cloudwatch"}
    assert prod == dev | {"application-autoscaling"}


def test_the_longest_name_fits_what_cloudformation_generates_from_it() -> None:
    longest = Settings(name=12 * "n", environment="prod")
    for kind in ("Model", "Config"):
        for pattern in generated_names(longest, kind):
            assert len(pattern.replace("*", 12 * "r")) <= 63, "SageMaker's limit"


def test_a_customer_key_is_granted_to_those_who_read_and_write(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    resources = template("Training", **overridden)["Resources"].values()
    policies = [json.dumps(one["Properties"]) for one in resources if one["Type"] == "AWS::IAM::Policy"]
    using = [policy for policy in policies if "kms:Decrypt" in policy and "key/0123" in policy]
    assert any("RolesTraining" in policy and "kms:GenerateDataKey" in policy for policy in using)
    assert any("RolesTransform" in policy and "kms:GenerateDataKey" in policy for policy in using)
    assert any("InspectTransform" in policy and "kms:GenerateDataKey" not in policy for policy in using)
    assert any("RolesHosting" in policy and "kms:GenerateDataKey" not in policy for policy in using)


def test_what_people_start_and_subscribe_to_are_outputs(template: TemplateOf, environment: str) -> None:
    outputs = template("Training", environment=environment)["Outputs"]
    assert {"StateMachineArn", "TransformStateMachineArn", "NotificationTopicArn"} <= set(outputs)
