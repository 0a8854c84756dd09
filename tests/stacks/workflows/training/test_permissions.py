"""The permissions of the state machine's role; test_least_privilege.py checks the roles of all stacks."""

from typing import Any

import pytest

LOCATION = "us-east-1:<AWS::AccountId>"
JOBS = f"arn:aws:sagemaker:{LOCATION}:training-job/lda-dev-*"
RULE = f"arn:aws:events:{LOCATION}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"
SERVING = f"arn:aws:cloudformation:{LOCATION}:stack/DevServing/*"
VERSION = f"arn:aws:ssm:{LOCATION}:parameter/cdk-bootstrap/hnb659fds/version"
CONFINED = {
    "sagemaker:CreateTrainingJob": JOBS,
    "sagemaker:DescribeTrainingJob": JOBS,
    "sagemaker:StopTrainingJob": JOBS,
    "sagemaker:AddTags": JOBS,
    "sagemaker:ListTags": JOBS,
    "events:DescribeRule": RULE,
    "events:PutRule": RULE,
    "events:PutTargets": RULE,
    "cloudformation:DescribeStacks": SERVING,
    "cloudformation:DescribeStackEvents": SERVING,
    "cloudformation:UpdateStack": SERVING,
    "ssm:GetParameters": VERSION,
}
OWN_RESOURCES = {
    "lambda:InvokeFunction": "<Functions",
    "sns:Publish": "<NotificationsTopic",
    "kms:Decrypt": "<NotificationsKey",
    "kms:GenerateDataKey": "<NotificationsKey",
    "iam:PassRole": "<",
}


def test_the_role_has_exactly_these_permissions(granted: list[dict[str, Any]]) -> None:
    found = {
        (action, resource)
        for statement in granted
        for action in statement["actions"]
        for resource in statement["resources"]
        if resource != "*" and action not in OWN_RESOURCES
    }
    assert found == set(CONFINED.items())


@pytest.mark.parametrize("action", OWN_RESOURCES)
def test_the_role_reaches_only_resources_of_its_own_stack(granted: list[dict[str, Any]], action: str) -> None:
    resources = [
        resource
        for statement in granted
        if action in statement["actions"]
        for resource in statement["resources"]
    ]
    assert resources
    assert all(resource.startswith(OWN_RESOURCES[action]) for resource in resources)


def test_each_role_is_passed_to_one_service(granted: list[dict[str, Any]]) -> None:
    passed = {
        statement["resources"][0].rstrip(">0123456789ABCDEF"): statement["condition"]
        for statement in granted
        if statement["actions"] == ["iam:PassRole"]
    }
    assert passed == {
        "<RolesTraining": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        "<HostingDeployRole": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
    }


def test_the_stack_is_updated_with_the_hosting_deploy_role_only(granted: list[dict[str, Any]]) -> None:
    (update,) = [statement for statement in granted if "cloudformation:UpdateStack" in statement["actions"]]
    assert update["actions"] == ["cloudformation:UpdateStack"]
    (role,) = update["condition"]["StringEquals"]["cloudformation:RoleArn"].values()
    assert role[0].startswith("HostingDeployRole")
