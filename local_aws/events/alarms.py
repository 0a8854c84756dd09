"""Metric alarms, evaluated every few seconds by their metric's dimensions, periods and missing data.

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
from local_aws.ministack.bindings import Ministack

INTERVAL = 3  # seconds
LAG = 2 * INTERVAL  # a period is evaluated again this long after its end: then its last values have arrived
_LOG = logging.getLogger("local_aws")
_COMPARE = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def install() -> None:
    """Evaluate alarms on a thread, in place of ministack, which considers only the metric's name."""
    Ministack.evaluate_alarms.wrap(lambda _original: lambda: None)
    threading.Thread(target=_evaluate_forever, name="alarms", daemon=True).start()


def _evaluate_forever() -> None:
    while True:
        time.sleep(INTERVAL)
        try:
            evaluate(identity.administrator_client("cloudwatch"))
        except (BotoCoreError, ClientError):
            _LOG.exception("Alarms could not be evaluated")


def evaluate(cloudwatch: Any) -> None:
    """Set the state of every metric alarm by its metric."""
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"]):
        for alarm in page["MetricAlarms"]:
            if alarm.get("MetricName") and alarm["ComparisonOperator"] in _COMPARE:
                _evaluate(cloudwatch, alarm)


def _evaluate(cloudwatch: Any, alarm: dict[str, Any]) -> None:
    values = _values(cloudwatch, alarm)
    state = alarm_state(alarm, values)
    if state and state != alarm["StateValue"]:
        shown = ", ".join("missing" if value is None else f"{value:g}" for value in values)
        reason = f"Threshold Crossed: [{shown}] {alarm['ComparisonOperator']} {alarm['Threshold']:g}"
        cloudwatch.set_alarm_state(AlarmName=alarm["AlarmName"], StateValue=state, StateReason=reason)


def _values(cloudwatch: Any, alarm: dict[str, Any]) -> list[float | None]:
    """Return the metric's value in each of the alarm's periods, oldest first; None where it is missing."""
    period, count = alarm["Period"], alarm["EvaluationPeriods"]
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    kind = "ExtendedStatistics" if "ExtendedStatistic" in alarm else "Statistics"
    moment = int(time.time()) - LAG
    first = moment - moment % period - (count - 1) * period
    response = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm.get("Dimensions", []),
        StartTime=datetime.fromtimestamp(first, UTC),
        EndTime=datetime.fromtimestamp(first + count * period, UTC),
        Period=period,
        **{kind: [statistic]},
    )
    by_period = {
        (int(point["Timestamp"].timestamp()) - first) // period: _value(point, statistic)
        for point in response["Datapoints"]
    }
    return [by_period.get(number) for number in range(count)]


def _value(point: dict[str, Any], statistic: str) -> float:
    return float(point[statistic] if statistic in point else point["ExtendedStatistics"][statistic])


def alarm_state(alarm: dict[str, Any], values: list[float | None]) -> str | None:
    """Return the state of an alarm, or None to leave it unchanged.

    Parameters
    ----------
    alarm
        The alarm, in the form of DescribeAlarms.
    values
        The metric's value in each evaluation period; None where it is missing.
    """
    missing = alarm.get("TreatMissingData", "missing")
    present = [value for value in values if value is not None]
    if not present and missing in {"missing", "ignore"}:
        return None if missing == "ignore" else "INSUFFICIENT_DATA"
    breaches = sum(_COMPARE[alarm["ComparisonOperator"]](value, alarm["Threshold"]) for value in present)
    if missing == "breaching":
        breaches += len(values) - len(present)
    return "ALARM" if breaches >= alarm.get("DatapointsToAlarm", len(values)) else "OK"
