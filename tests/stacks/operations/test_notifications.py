"""Who is told, how it is kept secret, and that executions which can't report themselves are reported."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

TemplateOf = Callable[..., dict[str, Any]]
KEY = Match.string_like_regexp("NotificationsKey")


def of_type(template: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [one for one in template["Resources"].values() if one["Type"] == type_]


@pytest.fixture
def training(template: TemplateOf, environment: str) -> dict[str, Any]:
    return template("Training", environment=environment)


def statements(training: dict[str, Any]) -> list[dict[str, Any]]:
    (key,) = of_type(training, "AWS::KMS::Key")
    found: list[dict[str, Any]] = key["Properties"]["KeyPolicy"]["Statement"]
    return found


def test_the_topic_is_encrypted_with_a_key_of_its_own(training: dict[str, Any]) -> None:
    Template.from_json(training).has_resource_properties(
        "AWS::SNS::Topic", {"KmsMasterKeyId": {"Fn::GetAtt": [KEY, "Arn"]}}
    )


def test_the_key_rotates_and_goes_with_the_stack_after_seven_days(training: dict[str, Any]) -> None:
    (key,) = of_type(training, "AWS::KMS::Key")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["Properties"]["PendingWindowInDays"] == 7
    assert key["DeletionPolicy"] == "Delete"


def test_alarms_of_this_account_are_the_only_service_that_uses_the_key(training: dict[str, Any]) -> None:
    account, alarms = statements(training)
    assert "root" in json.dumps(account["Principal"]), "the account's policies decide about its roles"
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_the_topic_takes_tls_only_and_alarms_of_this_account(training: dict[str, Any]) -> None:
    (policy,) = of_type(training, "AWS::SNS::TopicPolicy")
    deny, alarms = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert "aws:SourceAccount" in json.dumps(alarms["Condition"])


@pytest.mark.parametrize("owner", ["NotificationsPublisher", "WorkflowMachineRole"])
def test_rules_and_the_machine_publish_with_a_role_that_may_use_the_key_through_sns_alone(
    training: dict[str, Any], owner: str
) -> None:
    texts = [one for name, one in training["Resources"].items() if name.startswith(owner)]
    found = [
        statement
        for one in texts
        for policy in one["Properties"].get("Policies", [one["Properties"]])
        for statement in policy.get("PolicyDocument", {}).get("Statement", [])
        if "kms:Decrypt" in statement["Action"]
    ]
    (statement,) = found
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    assert "NotificationsKey" in json.dumps(statement["Resource"])


def test_an_address_in_the_settings_is_subscribed_and_no_other(
    template: TemplateOf, overridden: dict[str, object]
) -> None:
    Template.from_json(template("Training", environment="dev")).resource_count_is("AWS::SNS::Subscription", 0)
    Template.from_json(template("Training", **overridden)).has_resource_properties(
        "AWS::SNS::Subscription", {"Protocol": "email", "Endpoint": "alice@example.com"}
    )


def test_executions_that_reach_no_state_are_reported_in_a_sentence_with_a_link(
    training: dict[str, Any], environment: str
) -> None:
    link = (
        "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1"
        "#/v2/executions/details/<detail-executionArn>"
    )
    sentence = (
        f"The execution <detail-name> of the training state machine of lda-{environment} ended as "
        "<detail-status>; a training job or an update of the Serving stack that it had started may still be "
        f"running. Its history: {link}"
    )
    Template.from_json(training).has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "stateMachineArn": [{"Ref": Match.string_like_regexp("Machine")}],
                    "status": ["ABORTED", "TIMED_OUT"],
                },
            },
            "Targets": [
                Match.object_like(
                    {
                        "InputTransformer": Match.object_like({"InputTemplate": json.dumps(sentence)}),
                        "RoleArn": {"Fn::GetAtt": [Match.string_like_regexp("Publisher"), "Arn"]},
                    }
                )
            ],
        },
    )


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"])
def test_executions_that_fail_time_out_or_are_throttled_ring_an_alarm_that_leads_to_the_topic(
    training: dict[str, Any], metric: str
) -> None:
    Template.from_json(training).has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "Namespace": "AWS/States",
            "MetricName": metric,
            "Dimensions": [
                {"Name": "StateMachineArn", "Value": {"Ref": Match.string_like_regexp("Machine")}}
            ],
            "Threshold": 1,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [{"Ref": Match.string_like_regexp("NotificationsTopic")}],
        },
    )
