from typing import Any

import pytest

from local_aws.alarms import verdict

ALARM = {"ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 1.0, "EvaluationPeriods": 3}


@pytest.mark.parametrize(
    ("rules", "values", "state"),
    [
        ({}, [1, 1, 1], "ALARM"),
        ({}, [1, 0, 1], "OK"),
        ({"DatapointsToAlarm": 2}, [1, 0, 1], "ALARM"),
        ({}, [None, None, None], "INSUFFICIENT_DATA"),
        ({"TreatMissingData": "notBreaching"}, [None, None, None], "OK"),
        ({"TreatMissingData": "breaching"}, [None, None, None], "ALARM"),
        ({"TreatMissingData": "ignore"}, [None, None, None], None),
        ({"TreatMissingData": "notBreaching", "DatapointsToAlarm": 1}, [None, None, 1], "ALARM"),
        ({"ComparisonOperator": "LessThanThreshold"}, [0, 0, 0], "ALARM"),
    ],
)
def test_an_alarm_is_what_its_metric_says(rules: Any, values: Any, state: str | None) -> None:
    assert verdict({**ALARM, **rules}, values) == state


def test_an_alarm_looks_at_its_own_dimensions_and_tells_its_topic(aws: Any, eventually: Any) -> None:
    cloudwatch = aws.client("cloudwatch")
    topic = aws.client("sns").create_topic(Name="alarmed")["TopicArn"]
    queue = aws.client("sqs").create_queue(QueueName="alarmed")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:alarmed"
    policy = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}'
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for name in ("one", "other"):
        cloudwatch.put_metric_alarm(
            AlarmName=f"alarm-{name}",
            Namespace="Own",
            MetricName="Failures",
            Dimensions=[{"Name": "Machine", "Value": name}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[topic],
        )
    datum = {"MetricName": "Failures", "Value": 1, "Dimensions": [{"Name": "Machine", "Value": "one"}]}
    cloudwatch.put_metric_data(Namespace="Own", MetricData=[datum])

    def states() -> dict[str, str] | None:
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix="alarm-")["MetricAlarms"]
        found = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return found if found["alarm-one"] == "ALARM" and found["alarm-other"] == "OK" else None

    eventually(states)
    (message,) = eventually(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"))
    assert "alarm-one" in message["Body"]
