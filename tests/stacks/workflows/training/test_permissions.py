"""What the machine's role may do; that no role may do more than is acknowledged is test_least_privilege's."""

from typing import Any

import pytest

PLACE = "us-east-1:<AWS::AccountId>"
JOBS = f"arn:aws:sagemaker:{PLACE}:training-job/lda-dev-*"
RULE = f"arn:aws:events:{PLACE}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"
SERVING = f"arn:aws:cloudformation:{PLACE}:stack/DevServing/*"
VERSION = f"arn:aws:ssm:{PLACE}:parameter/cdk-bootstrap/hnb659fds/version"
NARROW = {
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
OWN = {
    "lambda:InvokeFunction": "<Functions",
    "sns:Publish": "<NotificationsTopic",
    "kms:Decrypt": "<NotificationsKey",
    "kms:GenerateDataKey": "<NotificationsKey",
    "iam:PassRole": "<",
}


def test_the_machine_may_do_its_work_and_no_more(granted: list[dict[str, Any]]) -> None:
    found = {
        (action, resource)
        for statement in granted
        for action in statement["actions"]
        for resource in statement["resources"]
        if resource != "*" and action not in OWN
    }
    assert found == set(NARROW.items())


@pytest.mark.parametrize("action", OWN)
def test_it_reaches_only_what_the_stack_itself_holds(granted: list[dict[str, Any]], action: str) -> None:
    resources = [
        one for statement in granted if action in statement["actions"] for one in statement["resources"]
    ]
    assert resources
    assert all(resource.startswith(OWN[action]) for resource in resources)


def test_it_hands_each_role_to_one_service(granted: list[dict[str, Any]]) -> None:
    passed = {
        statement["resources"][0].rstrip(">0123456789ABCDEF"): statement["condition"]
        for statement in granted
        if statement["actions"] == ["iam:PassRole"]
    }
    assert passed == {
        "<RolesTraining": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        "<HostingDeployRole": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
    }


def test_it_updates_the_stack_with_the_hosting_deploy_role_only(granted: list[dict[str, Any]]) -> None:
    (update,) = [one for one in granted if "cloudformation:UpdateStack" in one["actions"]]
    assert update["actions"] == ["cloudformation:UpdateStack"]
    (role,) = update["condition"]["StringEquals"]["cloudformation:RoleArn"].values()
    assert role[0].startswith("HostingDeployRole")
