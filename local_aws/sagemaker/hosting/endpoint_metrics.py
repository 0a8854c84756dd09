"""The invocation metrics of endpoints in the namespace AWS/SageMaker."""

import logging
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import identity
from local_aws.ministack.bindings import ministack
from local_aws.sagemaker.core.api_call import JsonObject, now

NAMESPACE = "AWS/SageMaker"
FLUSH_SECONDS = 1.0

logger = logging.getLogger(__name__)


class EndpointMetrics:
    """Collects the metrics of invocations and publishes them to CloudWatch once a second.

    The service publishes them, not the model's role; the administrator's client publishes on its behalf.
    """

    def __init__(self) -> None:
        self._data: dict[str, list[JsonObject]] = {}
        self._lock = threading.Lock()
        self._sender: threading.Thread | None = None

    def add(self, endpoint: str, variant: str, status: int, seconds: float) -> None:
        """Add the metrics of one invocation.

        Parameters
        ----------
        endpoint, variant
            The metrics' dimensions.
        status
            The HTTP status of the model's response.
        seconds
            The model's latency.
        """
        dimensions = [
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ]
        metrics = {
            "Invocations": (1.0, "Count"),
            "Invocation4XXErrors": (float(400 <= status < 500), "Count"),  # noqa: PLR2004 -- HTTP's classes
            "Invocation5XXErrors": (float(status >= 500), "Count"),  # noqa: PLR2004 -- HTTP's classes
            "ModelLatency": (seconds * 1e6, "Microseconds"),
        }
        moment = now()
        data = [
            {"MetricName": name, "Dimensions": dimensions, "Timestamp": moment, "Value": value, "Unit": unit}
            for name, (value, unit) in metrics.items()
        ]
        with self._lock:
            self._data.setdefault(identity.region(), []).extend(data)
            if self._sender is None:
                self._sender = threading.Thread(target=self._send_forever, daemon=True)
                self._sender.start()

    def _send_forever(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            with self._lock:
                collected, self._data = self._data, {}
            for region, data in collected.items():
                try:
                    self._send(region, data)
                except (ClientError, BotoCoreError) as error:
                    logger.warning("%s metrics were lost: %s", NAMESPACE, error)

    @staticmethod
    def _send(region: str, data: list[JsonObject]) -> None:
        ministack.set_region(region)
        cloudwatch: Any = identity.administrator_client("cloudwatch")
        for start in range(0, len(data), 1000):  # PutMetricData's limit
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + 1000])
