"""The permissions of training jobs, of the endpoint's model and of the models of bulk scoring."""

import json

from tests.stacks.templates import (
    ACCOUNT,
    DATA_BUCKET_ARN,
    TemplateOf,
    granted_resources,
    properties_of,
    role,
)

TRAINING, HOSTING, TRANSFORM = "Training jobs", "The model behind", "The models of bulk"


def granted(template: TemplateOf, user: str, environment: str = "dev") -> dict[str, list[str]]:
    return granted_resources(role(template("Training", environment=environment), user))


def test_training_jobs_read_datasets_and_write_models_and_no_other_key(
    template: TemplateOf, environment: str
) -> None:
    actions = granted(template, TRAINING, environment)
    assert actions["s3:GetObject"] == [f"{DATA_BUCKET_ARN}/datasets/*"]
    assert actions["s3:PutObject"] == [f"{DATA_BUCKET_ARN}/models/*"]
    assert {action for action in actions if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_training_jobs_write_to_log_streams_of_this_deployment(template: TemplateOf) -> None:
    actions = granted(template, TRAINING)
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs"
    assert actions["logs:PutLogEvents"] == [f"{group}:log-stream:lda-dev-*"]
    assert actions["logs:CreateLogStream"] == [group, f"{group}:*"]


def test_the_endpoints_model_only_reads_models(template: TemplateOf, environment: str) -> None:
    actions = granted(template, HOSTING, environment)
    assert actions["s3:GetObject"] == [f"{DATA_BUCKET_ARN}/models/*"]
    assert "s3:PutObject" not in actions


def test_bulk_scoring_reads_models_and_documents_and_writes_results_and_no_other_key(
    template: TemplateOf, environment: str
) -> None:
    actions = granted(template, TRANSFORM, environment)
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/sagemaker/TransformJobs"
    assert actions["s3:GetObject"] == [f"{DATA_BUCKET_ARN}/datasets/*", f"{DATA_BUCKET_ARN}/models/*"]
    assert actions["s3:PutObject"] == [f"{DATA_BUCKET_ARN}/transforms/*"]
    assert actions["logs:PutLogEvents"] == [f"{group}:log-stream:lda-{environment}-transform-*"]
    assert {action for action in actions if action.startswith("s3:")} == {
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
    }


def test_the_endpoints_model_reads_the_alarms_on_which_an_update_rolls_back(
    template: TemplateOf, environment: str
) -> None:
    alarms = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:{environment.capitalize()}Serving-*"
    assert granted(template, HOSTING, environment)["cloudwatch:DescribeAlarms"] == [alarms]


def test_every_role_pulls_the_image_of_the_algorithm_only(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    built_in, open_ = template("Training", environment="dev"), template("Training", **overridden)
    for user in (TRAINING, HOSTING, TRANSFORM):
        assert granted_resources(role(built_in, user))["ecr:BatchGetImage"] == [
            "arn:aws:ecr:us-east-1:766337827248:repository/lda"
        ]
        assert granted_resources(role(open_, user))["ecr:BatchGetImage"] == [
            f"arn:aws:ecr:eu-north-1:{ACCOUNT}:repository/spectral-lda"
        ]


def test_a_customer_managed_key_is_granted_to_each_role_that_reads_or_writes(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    policies = map(json.dumps, properties_of(template("Training", **overridden), "AWS::IAM::Policy"))
    using_key = [policy for policy in policies if "kms:Decrypt" in policy and "key/0123" in policy]
    assert any("RolesTraining" in policy and "kms:GenerateDataKey" in policy for policy in using_key)
    assert any("RolesTransform" in policy and "kms:GenerateDataKey" in policy for policy in using_key)
    assert any("InspectTransform" in policy and "kms:GenerateDataKey" not in policy for policy in using_key)
    assert any("RolesHosting" in policy and "kms:GenerateDataKey" not in policy for policy in using_key)
