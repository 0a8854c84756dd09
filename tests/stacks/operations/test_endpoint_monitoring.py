"""The alarms and the log group of the endpoint."""

from aws_cdk.assertions import Match, Template

from tests.stacks.templates import TemplateOf, of_type


def test_alarms_notify_the_topic_and_ignore_missing_data(template: TemplateOf, environment: str) -> None:
    serving = Template.from_json(template("Serving", environment=environment))
    serving.resource_count_is("AWS::CloudWatch::Alarm", 3)
    topic = {"Fn::ImportValue": Match.string_like_regexp("Training:.*NotificationsTopic")}
    serving.all_resources_properties(
        "AWS::CloudWatch::Alarm", {"TreatMissingData": "notBreaching", "AlarmActions": [topic]}
    )


def test_the_log_group_exists_before_the_endpoint(template: TemplateOf, environment: str) -> None:
    serving = template("Serving", environment=environment)
    ((logical_id, group),) = of_type(serving, "AWS::Logs::LogGroup").items()
    assert group["Properties"]["LogGroupName"] == f"/aws/sagemaker/Endpoints/lda-{environment}"
    assert group["Properties"]["RetentionInDays"] == {"dev": 30, "prod": 365}[environment]
    assert group["DeletionPolicy"] == "Delete"
    (endpoint,) = of_type(serving, "AWS::SageMaker::Endpoint").values()
    assert logical_id in endpoint["DependsOn"]
