from typing import Any

import pytest

from local_aws.identity.resource_permissions import TYPES
from local_aws.identity.stack_permissions import Need, needs


@pytest.fixture(autouse=True)
def _somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local_aws.identity.account", lambda: "123456789012")
    monkeypatch.setattr("local_aws.identity.region", lambda: "eu-west-1")


def asked(operation: str, kind: str, identifier: str, properties: Any, old: Any = None) -> list[Need]:
    return list(needs(operation, kind, identifier, properties, old or {}))


def test_a_creation_needs_its_action_and_those_of_its_properties() -> None:
    properties = {"LogGroupName": "/a", "RetentionInDays": 7}
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a"
    assert asked("create", "AWS::Logs::LogGroup", "/a", properties) == [
        Need("logs:CreateLogGroup", arn),
        Need("logs:PutRetentionPolicy", arn),
    ]


def test_an_update_needs_the_actions_of_what_changes() -> None:
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a"
    old = {"RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "b"}]}
    new = {**old, "RetentionInDays": 14}
    assert asked("update", "AWS::Logs::LogGroup", "/a", new, old) == [Need("logs:PutRetentionPolicy", arn)]


def test_a_function_needs_its_role_passed_when_it_changes() -> None:
    role = "arn:aws:iam::123456789012:role/f"
    made = asked("create", "AWS::Lambda::Function", "f", {"Role": role})
    assert made[-1] == Need("iam:PassRole", role, "lambda.amazonaws.com")
    kept = asked("update", "AWS::Lambda::Function", "f", {"Role": role, "Timeout": 5}, {"Role": role})
    assert [need.action for need in kept] == ["lambda:UpdateFunctionConfiguration"]


@pytest.mark.parametrize(
    ("kind", "property_", "service"),
    [("AWS::Events::Rule", "Targets", "events"), ("AWS::Scheduler::Schedule", "Target", "scheduler")],
)
def test_the_role_of_a_target_needs_to_be_passed(kind: str, property_: str, service: str) -> None:
    role = "arn:aws:iam::123456789012:role/f"
    target = {"Arn": "arn:aws:states:eu-west-1:123456789012:stateMachine:m", "RoleArn": role}
    made = asked("create", kind, "x", {property_: [target] if property_ == "Targets" else target})
    assert made[-1] == Need("iam:PassRole", role, f"{service}.amazonaws.com")


def test_a_policy_acts_on_each_of_its_roles() -> None:
    made = asked("create", "AWS::IAM::Policy", "p", {"Roles": ["one", "two"]})
    assert [need.resource.rpartition("/")[2] for need in made] == ["one", "two"]


def test_a_custom_resource_needs_its_function_invoked() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    (need,) = asked("delete", "Custom::Thing", "x", {"ServiceToken": function})
    assert need == Need("lambda:InvokeFunction", function)


def test_tags_of_cloudformations_own_take_no_right() -> None:
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    made = asked("create", "AWS::Logs::LogGroup", "/a", {"Tags": tags})
    assert [need.action for need in made] == ["logs:CreateLogGroup"]


def test_a_parameters_path_is_not_doubled() -> None:
    (need,) = asked("delete", "AWS::SSM::Parameter", "/cdk/version", {})
    assert need.resource == "arn:aws:ssm:eu-west-1:123456789012:parameter/cdk/version"


def test_an_arn_is_taken_as_it_is() -> None:
    arn = "arn:aws:sns:eu-west-1:123456789012:topic"
    assert asked("delete", "AWS::SNS::Topic", arn, {}) == [Need("sns:DeleteTopic", arn)]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_a_creation_and_a_deletion(kind: str) -> None:
    assert TYPES[kind].create
    assert TYPES[kind].delete
