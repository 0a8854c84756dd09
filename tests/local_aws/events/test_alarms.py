from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from local_aws.events import alarms
from local_aws.events.alarms import alarm_state

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
def test_an_alarms_state_follows_its_metric(rules: Any, values: Any, state: str | None) -> None:
    assert alarm_state({**ALARM, **rules}, values) == state


@pytest.mark.parametrize(("seconds", "state"), [(30, "ALARM"), (62, "ALARM"), (70, "OK")])
def test_values_from_the_end_of_a_period_are_evaluated_after_the_period(
    monkeypatch: pytest.MonkeyPatch, seconds: int, state: str
) -> None:
    start = 1_800_000_000 // 60 * 60
    monkeypatch.setattr("local_aws.events.alarms.time.time", lambda: start + seconds)
    datapoint = {"Timestamp": datetime.fromtimestamp(start, UTC), "Sum": 1.0}
    before = "ALARM" if state == "OK" else "OK"
    alarm = {**ALARM, "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Sum"}
    alarm |= {"Period": 60, "EvaluationPeriods": 1, "TreatMissingData": "notBreaching", "StateValue": before}
    cloudwatch = mock.Mock()
    cloudwatch.get_paginator.return_value.paginate.return_value = [{"MetricAlarms": [alarm]}]
    cloudwatch.get_metric_statistics.side_effect = lambda StartTime, EndTime, **_: {  # noqa: N803 -- boto3's
        "Datapoints": [datapoint] if StartTime <= datapoint["Timestamp"] < EndTime else []
    }
    alarms.evaluate(cloudwatch)
    assert cloudwatch.set_alarm_state.call_args.kwargs["StateValue"] == state


def test_an_alarm_evaluates_its_dimensions_and_publishes_to_its_topic(aws: Any, eventually: Any) -> None:
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

    def alarm_states() -> dict[str, str] | None:
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix="alarm-")["MetricAlarms"]
        states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
        return states if states["alarm-one"] == "ALARM" and states["alarm-other"] == "OK" else None

    eventually(alarm_states)
    (message,) = eventually(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"))
    assert "alarm-one" in message["Body"]
