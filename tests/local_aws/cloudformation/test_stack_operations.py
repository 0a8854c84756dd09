import json
from typing import Any

import pytest

GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "AlarmName": "watched",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "M",
        "Namespace": "N",
        "Period": 60,
        "Statistic": "Sum",
        "Threshold": 1,
    },
}


def role_of(aws: Any, *statements: Any) -> str:
    role: str = aws.role("cloudformation", *statements)
    return role


def test_a_stack_creates_its_resources_as_its_role(aws: Any, allow: Any) -> None:
    role = role_of(aws, allow(["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"]))
    stack = aws.stack({"Group": GROUP}, RoleARN=role)
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    assert stack["RoleARN"] == role
    assert aws.delete(stack)["StackStatus"] == "DELETE_COMPLETE"


@pytest.mark.parametrize("missing", ["logs:CreateLogGroup", "logs:PutRetentionPolicy"])
def test_a_stack_rolls_back_if_its_role_lacks_a_permission(aws: Any, allow: Any, missing: str) -> None:
    actions = {"logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:DeleteLogGroup"} - {missing}
    stack = aws.stack({"Group": GROUP}, RoleARN=role_of(aws, allow(sorted(actions))))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    failures = aws.failures(stack)
    assert ":assumed-role/role-" in failures
    assert (
        f"/AWSCloudFormation is not authorized to perform: {missing} on resource: arn:aws:logs:" in failures
    )


def test_a_stack_keeps_its_role_for_later_operations(aws: Any, allow: Any) -> None:
    role = role_of(aws, allow(["logs:CreateLogGroup", "logs:PutRetentionPolicy"]))
    stack = aws.stack({"Group": GROUP}, RoleARN=role)
    assert aws.delete(stack)["StackStatus"] == "DELETE_FAILED"
    assert "logs:DeleteLogGroup" in aws.failures(stack)


def test_an_update_takes_the_permissions_of_its_changes(aws: Any, allow: Any) -> None:
    role = role_of(aws, allow("cloudwatch:PutMetricAlarm", "arn:aws:cloudwatch:*:*:alarm:watched"))
    stack = aws.stack({"Alarm": ALARM}, RoleARN=role)
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    changed = {**ALARM, "Properties": {**ALARM["Properties"], "Tags": [{"Key": "a", "Value": "b"}]}}  # type: ignore[dict-item]  # a literal of mixed types
    body = aws.template({"Alarm": changed})
    aws.client("cloudformation").update_stack(StackName=stack["StackName"], TemplateBody=body)
    assert aws.settled(stack["StackName"])["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "cloudwatch:TagResource" in aws.failures(stack)


def test_a_stack_without_a_role_takes_the_callers_permissions(aws: Any, allow: Any) -> None:
    user = aws.user(allow("cloudformation:*"), allow("logs:DeleteLogGroup"))
    stack = aws.stack({"Group": GROUP}, client=user("cloudformation"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "user/user-" in aws.failures(stack)
    assert "logs:CreateLogGroup" in aws.failures(stack)


@pytest.mark.parametrize("lacking", ["caller", "role"])
def test_a_parameter_store_value_takes_the_permission_of_the_caller_and_the_role(
    aws: Any, allow: Any, lacking: str
) -> None:
    aws.client("ssm").put_parameter(Name="/stored/name", Value="x", Type="String", Overwrite=True)
    read = allow("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/stored/name")
    role = role_of(aws, allow("logs:*"), *([] if lacking == "role" else [read]))
    statements = [allow(["cloudformation:*", "iam:PassRole"]), *([] if lacking == "caller" else [read])]
    stored = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/stored/name"}
    body = aws.template({"Group": GROUP}, Parameters={"Stored": stored})
    with aws.refused("ValidationError") as messages:
        aws.user(*statements)("cloudformation").create_stack(
            StackName=f"stored-{lacking}", TemplateBody=body, RoleARN=role
        )
    assert "is not authorized to perform: ssm:GetParameters" in messages[0]


def test_passing_a_role_in_a_template_takes_pass_role(aws: Any, allow: Any) -> None:
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": aws.role("states"),
            "DefinitionString": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        },
    }
    stack = aws.stack({"Machine": machine}, RoleARN=role_of(aws, allow("states:*")))
    assert "is not authorized to perform: iam:PassRole on resource: arn:aws:iam:" in aws.failures(stack)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"RetentionDays": 7}, "#: extraneous key [RetentionDays] is not permitted"),
        ({"Tags": [{"Key": "a", "Val": "b"}]}, "#/Tags/0: extraneous key [Val] is not permitted"),
    ],
)
def test_an_unknown_property_fails_the_resource(aws: Any, properties: Any, message: str) -> None:
    stack = aws.stack({"Group": {"Type": "AWS::Logs::LogGroup", "Properties": properties}})
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Properties validation failed for resource Group with message:\n" in aws.failures(stack)
    assert message in aws.failures(stack)


def test_a_missing_required_property_fails_the_resource(aws: Any) -> None:
    stack = aws.stack({"Rule": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email"}}})
    assert "#: required key [TopicArn] not found" in aws.failures(stack)


@pytest.mark.parametrize(
    "resource",
    [{**GROUP, "DependsOn": "Nowhere"}, {**GROUP, "Properties": {"LogGroupName": {"Ref": "Nowhere"}}}],
)
def test_a_reference_to_a_missing_resource_is_refused(aws: Any, resource: Any) -> None:
    with aws.refused("ValidationError") as messages:
        aws.client("cloudformation").create_stack(
            StackName="refused", TemplateBody=aws.template({"Group": resource})
        )
    assert "Unresolved resource dependencies [Nowhere]" in messages[0]


def test_a_change_set_that_changes_outputs_alone_can_be_executed(aws: Any) -> None:
    stack = aws.stack({"Group": GROUP})
    cloudformation = aws.client("cloudformation")
    body = aws.template({"Group": GROUP}, Outputs={"Name": {"Value": {"Ref": "Group"}}})
    names = {"StackName": stack["StackName"], "ChangeSetName": "outputs"}
    cloudformation.create_change_set(**names, TemplateBody=body)
    described = cloudformation.describe_change_set(**names)
    assert (described["Status"], described["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    cloudformation.execute_change_set(**names)
    assert aws.settled(stack["StackName"])["Outputs"][0]["OutputKey"] == "Name"


def test_a_change_set_that_changes_nothing_fails(aws: Any) -> None:
    stack = aws.stack({"Group": GROUP})
    names = {"StackName": stack["StackName"], "ChangeSetName": "nothing"}
    aws.client("cloudformation").create_change_set(**names, TemplateBody=aws.template({"Group": GROUP}))
    described = aws.client("cloudformation").describe_change_set(**names)
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]


def test_a_change_sets_role_becomes_the_stacks_role(aws: Any, allow: Any) -> None:
    cloudformation, role = aws.client("cloudformation"), role_of(aws, allow("logs:*"))
    names = {"StackName": "by-change-set", "ChangeSetName": "first"}
    body = aws.template({"Group": GROUP})
    cloudformation.create_change_set(**names, ChangeSetType="CREATE", TemplateBody=body, RoleARN=role)
    cloudformation.execute_change_set(**names)
    assert aws.settled("by-change-set")["RoleARN"] == role


def test_conditions_may_use_the_region_and_parts_of_a_parameter(aws: Any) -> None:
    open_model = {"Fn::Equals": [{"Fn::Select": [4, {"Fn::Split": ["/", {"Ref": "Url"}]}]}, "open"]}
    here = {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}
    sections = {
        "Parameters": {"Url": {"Type": "String"}},
        "Conditions": {
            "Open": open_model,
            "Here": here,
            "Both": {"Fn::And": [{"Condition": "Open"}, {"Condition": "Here"}]},
        },
    }
    stack = aws.stack(
        {"Group": {**GROUP, "Condition": "Both"}, "Never": {**GROUP, "Condition": "Open"}},
        template=sections,
        Parameters=[{"ParameterKey": "Url", "ParameterValue": "s3://bucket/models/open/job"}],
    )
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    listed = aws.client("cloudformation").list_stack_resources(StackName=stack["StackName"])
    assert len(listed["StackResourceSummaries"]) == 2


def test_a_stacks_resources_are_listed_until_the_stack_is_deleted(aws: Any) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "deleted-with-stack"}}
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"Name": "deleted-with-stack", "ScheduleExpression": "rate(1 day)"},
    }
    board = {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": "deleted-with-stack", "DashboardBody": "{}"},
    }
    alarm = {**ALARM, "Properties": {**ALARM["Properties"], "AlarmName": "deleted-with-stack"}}  # type: ignore[dict-item]  # a literal of mixed types
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "deleted-with-stack"}}
    stack = aws.stack({"Topic": topic, "Rule": rule, "Board": board, "Alarm": alarm, "Group": group})

    def is_listed() -> list[bool]:
        return [
            "deleted-with-stack" in str(response)
            for response in (
                aws.client("sns").list_topics(),
                aws.client("events").list_rules(),
                aws.client("cloudwatch").list_dashboards(),
                aws.client("cloudwatch").describe_alarms(),
                aws.client("logs").describe_log_groups(),
            )
        ]

    assert all(is_listed()), aws.failures(stack)
    aws.delete(stack)
    assert not any(is_listed())
