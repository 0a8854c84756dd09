"""What starts executions without a person: nothing, unless the settings say so."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template
from cfnlint.api import lint_file  # type: ignore[import-untyped]  # cfn-lint ships no types

TemplateOf = Callable[..., dict[str, Any]]
MACHINE = {"Ref": "LdaDevMachine"}
ON: dict[str, object] = {"schedule": "cron(0 3 ? * MON *)", "train_on_upload": "true"}
TYPES = ("AWS::Scheduler::Schedule", "AWS::Events::Rule")


def of_type(template: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == type_]


def started_by(service: str, template: dict[str, Any]) -> dict[str, Any]:
    """The role that a service starts executions with."""
    (role,) = (
        role
        for role in of_type(template, "AWS::IAM::Role")
        if role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": service}
        and role["Description"].startswith("Starts executions")
    )
    return role


def test_by_default_nothing_starts_by_itself(template: TemplateOf, environment: str) -> None:
    training = template("Training", environment=environment)
    assert of_type(training, "AWS::Scheduler::Schedule") == []
    assert [name for name in training["Resources"] if "Triggers" in name] == []
    buckets = of_type(template("Storage", environment=environment), "AWS::S3::Bucket")
    assert ["NotificationConfiguration" in bucket for bucket in buckets] == [False]


def test_a_schedule_starts_the_machine_in_utc_and_says_so(template: TemplateOf) -> None:
    (schedule,) = of_type(template("Training", **ON), "AWS::Scheduler::Schedule")
    assert "Name" not in schedule
    assert schedule["ScheduleExpression"] == ON["schedule"]
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["Target"]["Arn"] == MACHINE
    given = json.loads(schedule["Target"]["Input"])
    assert set(given) == {"Comment", "started_by"}
    assert given["started_by"] == "schedule"


def test_a_start_that_fails_is_tried_again_for_a_day(template: TemplateOf) -> None:
    training = template("Training", **ON)
    (schedule,) = of_type(training, "AWS::Scheduler::Schedule")
    (rule,) = (one for one in of_type(training, "AWS::Events::Rule") if "aws.s3" in str(one))
    policy = {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 86400}
    assert [schedule["Target"]["RetryPolicy"], rule["Targets"][0]["RetryPolicy"]] == [policy, policy]


def test_a_manifest_that_appears_in_the_data_bucket_starts_the_machine_with_its_key(
    template: TemplateOf,
) -> None:
    Template.from_json(template("Training", **ON)).has_resource_properties(
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
def test_each_has_a_role_that_may_start_this_machine_and_nothing_else(
    template: TemplateOf, service: str
) -> None:
    training = template("Training", **ON)
    role = started_by(service, training)
    (policy,) = role["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {"Action": "states:StartExecution", "Effect": "Allow", "Resource": MACHINE}
    ]
    condition = role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    attached = [one for one in of_type(training, "AWS::IAM::Policy") if "Triggers" in json.dumps(one)]
    assert attached == []


def test_the_bucket_tells_eventbridge_without_a_function_of_cdks(template: TemplateOf) -> None:
    without, with_events = template("Storage"), template("Storage", **ON)
    (bucket,) = of_type(with_events, "AWS::S3::Bucket")
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert with_events["Resources"].keys() == without["Resources"].keys()


@pytest.mark.parametrize(
    ("setting", "type_"), [("schedule", "AWS::Scheduler::Schedule"), ("train_on_upload", "AWS::S3::Bucket")]
)
def test_each_can_be_on_without_the_other(template: TemplateOf, setting: str, type_: str) -> None:
    training = template("Training", **{setting: ON[setting]})
    roles = [name for name in training["Resources"] if name.startswith("Triggers") and "Role" in name]
    assert len(roles) == 1
    assert bool(of_type(training, "AWS::Scheduler::Schedule")) == (type_ == "AWS::Scheduler::Schedule")


@pytest.mark.parametrize("kind", ["Storage", "Training"])
def test_cfn_lint_finds_nothing_where_both_are_on(assembly: Callable[..., Path], kind: str) -> None:
    (path,) = assembly(**ON).glob(f"*{kind}.template.json")
    assert [str(match) for match in lint_file(path)] == []
