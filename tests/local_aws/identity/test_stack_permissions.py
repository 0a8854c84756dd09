from typing import Any

import pytest

from local_aws.identity.resource_permissions import TYPES
from local_aws.identity.stack_permissions import Permission, required


@pytest.fixture(autouse=True)
def _account_and_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.identity.sessions.account", lambda: "123456789012")
    monkeypatch.setattr("local_aws.identity.sessions.region", lambda: "eu-west-1")


def permissions(
    operation: str, resource_type: str, identifier: str, properties: Any, old: Any = None
) -> list[Permission]:
    return list(required(operation, resource_type, identifier, properties, old or {}))


def test_a_creation_takes_its_action_and_those_of_its_properties() -> None:
    properties = {"LogGroupName": "/a", "RetentionInDays": 7}
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a"
    assert permissions("create", "AWS::Logs::LogGroup", "/a", properties) == [
        Permission("logs:CreateLogGroup", arn),
        Permission("logs:PutRetentionPolicy", arn),
    ]


def test_an_update_takes_the_actions_of_the_changed_properties() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a"
    old = {"RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "b"}]}
    new = {**old, "RetentionInDays": 14}
    assert permissions("update", "AWS::Logs::LogGroup", "/a", new, old) == [
        Permission("logs:PutRetentionPolicy", arn)
    ]


def test_changing_a_functions_role_takes_pass_role() -> None:
    role = "arn:aws:iam::123456789012:role/f"
    created = permissions("create", "AWS::Lambda::Function", "f", {"Role": role})
    assert created[-1] == Permission("iam:PassRole", role, "lambda.amazonaws.com")
    updated = permissions(
        "update", "AWS::Lambda::Function", "f", {"Role": role, "Timeout": 5}, {"Role": role}
    )
    assert [permission.action for permission in updated] == ["lambda:UpdateFunctionConfiguration"]


@pytest.mark.parametrize(
    ("resource_type", "name", "service"),
    [("AWS::Events::Rule", "Targets", "events"), ("AWS::Scheduler::Schedule", "Target", "scheduler")],
)
def test_a_target_with_a_role_takes_pass_role(resource_type: str, name: str, service: str) -> None:
    role = "arn:aws:iam::123456789012:role/f"
    target = {"Arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m", "RoleArn": role}
    created = permissions("create", resource_type, "x", {name: [target] if name == "Targets" else target})
    assert created[-1] == Permission("iam:PassRole", role, f"{service}.amazonaws.com")


def test_a_policy_takes_permissions_on_each_of_its_roles() -> None:
    created = permissions("create", "AWS::IAM::Policy", "p", {"Roles": ["one", "two"]})
    assert [permission.resource.rpartition("/")[2] for permission in created] == ["one", "two"]


def test_a_custom_resource_takes_the_invocation_of_its_function() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    (permission,) = permissions("delete", "Custom::Thing", "x", {"ServiceToken": function})
    assert permission == Permission("lambda:InvokeFunction", function)


def test_tags_that_cloudformation_adds_take_no_permission() -> None:
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    created = permissions("create", "AWS::Logs::LogGroup", "/a", {"Tags": tags})
    assert [permission.action for permission in created] == ["logs:CreateLogGroup"]


def test_a_parameters_path_is_not_doubled() -> None:
    (permission,) = permissions("delete", "AWS::SSM::Parameter", "/cdk/version", {})
    assert permission.resource == "arn:aws:ssm:eu-west-1:123456789012:parameter/cdk/version"


def test_an_identifier_that_is_an_arn_is_used_unchanged() -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:topic"
    assert permissions("delete", "AWS::SNS::Topic", arn, {}) == [Permission("sns:DeleteTopic", arn)]


@pytest.mark.parametrize("resource_type", TYPES)
def test_every_type_has_a_creation_and_a_deletion(resource_type: str) -> None:
    assert TYPES[resource_type].create
    assert TYPES[resource_type].delete
