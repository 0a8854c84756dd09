"""Metric alarms, judged every few seconds by their own metric: its dimensions, its periods, its missing data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import logging
import operator
import threading
import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import identity
from local_aws.ministack import bindings

INTERVAL = 3  # seconds
LAG = 2 * INTERVAL  # a period is judged this long after its end too: its last values are in by then
_LOG = logging.getLogger("local_aws")
_COMPARE = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install() -> None:
    """Judge alarms on a thread of its own, in place of ministack, which looks at the metric's name alone."""
    bindings.wrap("evaluate alarms", lambda _original: lambda: None)
    threading.Thread(target=_judge_for_ever, name="alarms", daemon=True).start()


def _judge_for_ever() -> None:
    while True:
        time.sleep(INTERVAL)
        try:
            judge(identity.administrator_client("cloudwatch"))
        except (BotoCoreError, ClientError):
            _LOG.exception("Alarms could not be judged")


def judge(cloudwatch: Any) -> None:
    """Put every metric alarm into the state that its metric says."""
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"]):
        for alarm in page["MetricAlarms"]:
            if alarm.get("MetricName") and alarm["ComparisonOperator"] in _COMPARE:
                _judge(cloudwatch, alarm)


def _judge(cloudwatch: Any, alarm: dict[str, Any]) -> None:
    values = _values(cloudwatch, alarm)
    state = verdict(alarm, values)
    if state and state != alarm["StateValue"]:
        told = ", ".join("missing" if value is None else f"{value:g}" for value in values)
        reason = f"Threshold Crossed: [{told}] {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
        cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue=state, StateReason=reason)


def _values(cloudwatch: Any, alarm: dict[str, Any]) -> list[float | None]:
    """Return the metric's value in each of the alarm's periods, the newest last; None where it has none."""
    period, count = alarm["Period"], alarm["EvaluationPeriods"]
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    kind = "ExtendedStatistics" if "ExtendedStatistic" in alarm else "Statistics"
    moment = int(time.time()) - LAG
    first = moment - moment % period - (count - 1) * period
    answer = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm.get("Dimensions", []),
        StartTime=datetime.fromtimestamp(first, UTC),
        EndTime=datetime.fromtimestamp(first + count * period, UTC),
        Period=period,
        **{kind: [statistic]},
    )
    found = {
        (int(point["Timestamp"].timestamp()) - first) // period: _value(point, statistic)
        for point in answer["Datapoints"]
    }
    return [found.get(number) for number in range(count)]


def _value(point: dict[str, Any], statistic: str) -> float:
    return float(point[statistic] if statistic in point else point["ExtendedStatistics"][statistic])


def verdict(alarm: dict[str, Any], values: list[float | None]) -> str | None:
    """Return the state that an alarm should be in, or None to leave it as it is.

    Parameters
    ----------
    alarm
        As DescribeAlarms answers.
    values
        The metric in each evaluation period, None where it is missing.
    """
    missing = alarm.get("TreatMissingData", "missing")
    present = [value for value in values if value is not None]
    if not present and missing in {"missing", "ignore"}:
        return None if missing == "ignore" else "INSUFFICIENT_DATA"
    breaches = sum(_COMPARE[alarm["ComparisonOperator"]](value, alarm["Threshold"]) for value in present)
    if missing == "breaching":
        breaches += len(values) - len(present)
    return "ALARM" if breaches >= alarm.get("DatapointsToAlarm", len(values)) else "OK"
