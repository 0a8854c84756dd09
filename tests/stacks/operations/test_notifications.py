"""The encryption of the topic, and who may publish."""

import json
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.stacks.templates import TemplateOf, of_type, only

KEY = Match.string_like_regexp("NotificationsKey")


@pytest.fixture
def training(template: TemplateOf, environment: str) -> dict[str, Any]:
    return template("Training", environment=environment)


def test_the_topic_is_encrypted_with_its_own_key(training: dict[str, Any]) -> None:
    Template.from_json(training).has_resource_properties(
        "AWS::SNS::Topic", {"KmsMasterKeyId": {"Fn::GetAtt": [KEY, "Arn"]}}
    )


def test_the_key_rotates_and_is_deleted_with_the_stack_after_seven_days(training: dict[str, Any]) -> None:
    (key,) = of_type(training, "AWS::KMS::Key").values()
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["Properties"]["PendingWindowInDays"] == 7
    assert key["DeletionPolicy"] == "Delete"


def test_cloudwatch_for_this_account_is_the_only_service_that_may_use_the_key(
    training: dict[str, Any],
) -> None:
    account, alarms = only(training, "AWS::KMS::Key")["KeyPolicy"]["Statement"]
    assert "root" in json.dumps(account["Principal"]), "the account's policies decide about its roles"
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_topic_accepts_tls_only_and_alarms_of_this_account(training: dict[str, Any]) -> None:
    deny, alarms = only(training, "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "aws:SourceAccount" in json.dumps(alarms["Condition"])


@pytest.mark.parametrize("owner", ["NotificationsPublisher", "WorkflowMachineRole"])
def test_rules_and_the_state_machine_may_use_the_key_through_sns_only(
    training: dict[str, Any], owner: str
) -> None:
    resources = [resource for name, resource in training["Resources"].items() if name.startswith(owner)]
    (statement,) = [
        statement
        for resource in resources
        for policy in resource["Properties"].get("Policies", [resource["Properties"]])
        for statement in policy.get("PolicyDocument", {}).get("Statement", [])
        if "kms:Decrypt" in statement["Action"]
    ]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    assert "NotificationsKey" in json.dumps(statement["Resource"])


def test_only_an_address_in_the_settings_is_subscribed(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    Template.from_json(template("Training", environment="dev")).resource_count_is("AWS::SNS::Subscription", 0)
    Template.from_json(template("Training", **overridden)).has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "alice@example.com"}
    )
