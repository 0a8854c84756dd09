"""The metrics of a training job: read from its log lines, published to CloudWatch."""

import math
import re
from typing import Any

from local_aws.sagemaker.core.access.execution_role import TRAINING_METRICS_NAMESPACE
from local_aws.sagemaker.core.api_call import JsonObject, now


class JobMetrics:
    """The metrics of one training job.

    Parameters
    ----------
    expressions
        Name of a metric -> regular expression whose first group is its value.
    """

    def __init__(self, expressions: dict[str, re.Pattern[str]]) -> None:
        self._expressions = expressions
        self._values: list[JsonObject] = []

    def read(self, line: str) -> None:
        """Store the metrics in a log line; values that are not finite numbers are ignored."""
        for name, expression in self._expressions.items():
            match = expression.search(line)
            value = _finite_number(match.group(1) or "") if match else None
            if value is not None:
                self._values.append({"MetricName": name, "Value": value, "Timestamp": now()})

    def final(self) -> list[JsonObject]:
        """Return the last value of each metric, for FinalMetricDataList."""
        return list({metric["MetricName"]: metric for metric in self._values}.values())

    def publish(self, cloudwatch: Any, job: str) -> None:
        """Put every value to CloudWatch, with the client of the execution role."""
        dimensions = [{"Name": "TrainingJobName", "Value": job}]
        for start in range(0, len(self._values), 1000):  # PutMetricData's limit
            data = [{**metric, "Dimensions": dimensions} for metric in self._values[start : start + 1000]]
            cloudwatch.put_metric_data(Namespace=TRAINING_METRICS_NAMESPACE, MetricData=data)


def _finite_number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
