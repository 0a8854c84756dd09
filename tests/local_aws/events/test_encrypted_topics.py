"""Publishing to a topic with a key takes the permission to use the key."""

import json
import uuid
from typing import Any

import pytest

ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
ALARMS = {"Service": "cloudwatch.amazonaws.com"}
USE = ["kms:GenerateDataKey", "kms:Decrypt"]


def topic_with_key(aws: Any, allow: Any, *statements: Any) -> tuple[str, str]:
    """The ARNs of a topic and of its key, made by a stack."""
    account = allow("kms:*", "*", Principal=ROOT)
    policy = {"Version": "2012-10-17", "Statement": [account, *statements]}
    stack = aws.stack(
        {
            "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy, "PendingWindowInDays": 7}},
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
            },
        },
        template={
            "Outputs": {"T": {"Value": {"Ref": "Topic"}}, "K": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}}}
        },
    )
    assert stack["StackStatus"] == "CREATE_COMPLETE", aws.failures(stack)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return outputs["T"], outputs["K"]


def queue_of(aws: Any, topic: str) -> Any:
    """A function that returns the messages that a topic has sent since the last call."""
    sqs, name = aws.client("sqs"), f"queue-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    policy = {
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    aws.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:123456789012:{name}"
    )

    def received() -> list[str]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["Message"] for message in messages]

    return received


@pytest.mark.parametrize("action", USE)
def test_publishing_without_the_permission_for_the_key_is_refused(aws: Any, allow: Any, action: str) -> None:
    topic, key = topic_with_key(aws, allow)
    others = [used for used in USE if used != action]
    client = aws.user(allow("sns:Publish", topic), allow(others, key))("sns")
    with aws.refused("KMSAccessDenied") as messages:
        client.publish(TopicArn=topic, Message="hello")
    assert action in messages[0]
    assert key in messages[0]


def test_publishing_takes_the_permission_for_the_key_through_sns(
    aws: Any, allow: Any, eventually: Any
) -> None:
    topic, key = topic_with_key(aws, allow)
    received = queue_of(aws, topic)
    through = {"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}
    client = aws.user(allow("sns:Publish", topic), allow(USE, key, Condition=through))("sns")
    client.publish(TopicArn=topic, Message="hello")
    assert eventually(received) == ["hello"]


def test_publishing_to_a_topic_without_a_key_takes_no_permission_for_a_key(
    aws: Any, allow: Any, eventually: Any
) -> None:
    topic = aws.client("sns").create_topic(Name=f"topic-{uuid.uuid4().hex[:8]}")["TopicArn"]
    received = queue_of(aws, topic)
    aws.user(allow("sns:Publish", topic))("sns").publish(TopicArn=topic, Message="hello")
    assert eventually(received) == ["hello"]


def test_alarms_publish_only_if_the_keys_policy_lets_cloudwatch_use_the_key(
    aws: Any, allow: Any, eventually: Any
) -> None:
    own_account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    open_, _ = topic_with_key(aws, allow, allow(USE, "*", Principal=ALARMS, Condition=own_account))
    closed, _ = topic_with_key(aws, allow)
    reached, not_reached = queue_of(aws, open_), queue_of(aws, closed)
    cloudwatch, name = aws.client("cloudwatch"), f"alarm-{uuid.uuid4().hex[:8]}"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[closed, open_],
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    (message,) = eventually(reached)
    assert json.loads(message)["AlarmName"] == name
    assert not_reached() == []
