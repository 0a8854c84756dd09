"""Alarms on executions, and the notification of those that were aborted or timed out."""

import json

import pytest
from aws_cdk.assertions import Match, Template

from tests.stacks.templates import TemplateOf


def test_the_notification_of_an_aborted_execution_names_it_and_links_to_it(
    template: TemplateOf, environment: str
) -> None:
    link = (
        "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1"
        "#/v2/executions/details/<detail-executionArn>"
    )
    message = (
        f"The execution <detail-name> of the training state machine of lda-{environment} ended as "
        "<detail-status>; a training job or an update of the Serving stack that it had started may still be "
        f"running. Its history: {link}"
    )
    Template.from_json(template("Training", environment=environment)).has_resource_properties(
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
                        "InputTransformer": Match.object_like({"InputTemplate": json.dumps(message)}),
                        "RoleArn": {"Fn::GetAtt": [Match.string_like_regexp("Publisher"), "Arn"]},
                    }
                )
            ],
        },
    )


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"])
def test_an_alarm_notifies_the_topic_of_executions_that_fail_time_out_or_are_throttled(
    template: TemplateOf, environment: str, metric: str
) -> None:
    Template.from_json(template("Training", environment=environment)).has_resource_properties(
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
