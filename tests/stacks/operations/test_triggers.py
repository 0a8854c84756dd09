"""Triggers of executions, which the settings enable."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # cfn-lint ships no types

from tests.stacks.templates import TemplateOf, only, properties_of

MACHINE = {"Ref": "LdaDevMachine"}
ENABLED: dict[str, object] = {"schedule": "cron(0 3 ? * MON *)", "train_on_upload": "true"}


def role_of(service: str, template: dict[str, Any]) -> dict[str, Any]:
    """Return the role with which a service starts executions."""
    (role,) = (
        role
        for role in properties_of(template, "AWS::IAM::Role")
        if role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": service}
        and role["Description"].startswith("Starts executions")
    )
    return role


def test_no_trigger_is_enabled_by_default(template: TemplateOf, environment: str) -> None:
    training = template("Training", environment=environment)
    assert properties_of(training, "AWS::Scheduler::Schedule") == []
    assert [name for name in training["Resources"] if "Triggers" in name] == []
    buckets = properties_of(template("Storage", environment=environment), "AWS::S3::Bucket")
    assert ["NotificationConfiguration" in bucket for bucket in buckets] == [False]


def test_a_schedule_starts_the_state_machine_in_utc(template: TemplateOf) -> None:
    schedule = only(template("Training", **ENABLED), "AWS::Scheduler::Schedule")
    assert "Name" not in schedule
    assert schedule["ScheduleExpression"] == ENABLED["schedule"]
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["Target"]["Arn"] == MACHINE
    execution_input = json.loads(schedule["Target"]["Input"])
    assert set(execution_input) == {"Comment", "started_by"}
    assert execution_input["started_by"] == "schedule"


def test_a_start_that_fails_is_retried_for_a_day(template: TemplateOf) -> None:
    training = template("Training", **ENABLED)
    schedule = only(training, "AWS::Scheduler::Schedule")
    (rule,) = (rule for rule in properties_of(training, "AWS::Events::Rule") if "aws.s3" in str(rule))
    policy = {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 86400}
    assert [schedule["Target"]["RetryPolicy"], rule["Targets"][0]["RetryPolicy"]] == [policy, policy]


def test_the_upload_of_a_manifest_starts_the_state_machine_with_its_key(
    template: TemplateOf,
) -> None:
    Template.from_json(template("Training", **ENABLED)).has_resource_properties(
        "AWS::Events::Rule",
        {
            "Name": Match.absent(),
            "EventPattern": {
                "source": ["aws.s3"],
                "detail-type": ["Object Created"],
                "detail": {
                    "bucket": {"name": [{"Fn::ImportValue": Match.any_value()}]},
                    "object": {"key": [{"wildcard": "datasets/*/manifest.json"}]},
                },
            },
            "Targets": [
                Match.object_like(
                    {
                        "Arn": MACHINE,
                        "InputTransformer": {
                            "InputPathsMap": {"detail-object-key": "$.detail.object.key"},
                            "InputTemplate": (
                                '{"manifest":<detail-object-key>,'
                                '"started_by":"upload of <detail-object-key>"}'
                            ),
                        },
                    }
                )
            ],
        },
    )


@pytest.mark.parametrize("service", ["scheduler.amazonaws.com", "events.amazonaws.com"])
def test_each_trigger_has_a_role_that_may_only_start_the_state_machine(
    template: TemplateOf, service: str
) -> None:
    training = template("Training", **ENABLED)
    role = role_of(service, training)
    (policy,) = role["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {"Action": "states:StartExecution", "Effect": "Allow", "Resource": MACHINE}
    ]
    condition = role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    policies = properties_of(training, "AWS::IAM::Policy")
    assert [policy for policy in policies if "Triggers" in json.dumps(policy)] == []


def test_the_bucket_sends_events_to_eventbridge_without_a_function_of_the_cdk(template: TemplateOf) -> None:
    without, with_events = template("Storage"), template("Storage", **ENABLED)
    bucket = only(with_events, "AWS::S3::Bucket")
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert with_events["Resources"].keys() == without["Resources"].keys()


@pytest.mark.parametrize(
    ("setting", "type_"), [("schedule", "AWS::Scheduler::Schedule"), ("train_on_upload", "AWS::S3::Bucket")]
)
def test_each_trigger_can_be_enabled_alone(template: TemplateOf, setting: str, type_: str) -> None:
    training = template("Training", **{setting: ENABLED[setting]})
    roles = [name for name in training["Resources"] if name.startswith("Triggers") and "Role" in name]
    assert len(roles) == 1
    assert bool(properties_of(training, "AWS::Scheduler::Schedule")) == (type_ == "AWS::Scheduler::Schedule")


@pytest.mark.parametrize("kind", ["Storage", "Training"])
def test_cfn_lint_finds_nothing_when_both_are_enabled(assembly: Callable[..., Path], kind: str) -> None:
    (path,) = assembly(**ENABLED).glob(f"*{kind}.template.json")
    assert [str(match) for match in lint_file(path)] == []
