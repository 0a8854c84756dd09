"""The log of a job, in the lines of the built-in algorithm: searches and metric expressions know them."""

import json
import logging
import sys
import time
import warnings
from typing import Any

LOGGER = logging.getLogger("container")


def start_log() -> None:
    """Send the log to stdout, from where SageMaker takes it, and make warnings lines of it."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines("[%(asctime)s %(levelname)s %(thread)d] %(message)s", "%m/%d/%Y %H:%M:%S"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = _log_warning


class _Lines(logging.Formatter):
    """The built-in algorithms' lines: a time in front, but of #metrics, which stand bare."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        return message if message.startswith("#metrics ") else super().format(record)


def _log_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    LOGGER.warning("%s", message)


class JobLog:
    """The metric lines of one job on one host."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.started = time.time()

    def metrics(self, operation: str, **values: float) -> None:
        """Write a #metrics line: JSON with the times and one summary a metric."""
        summaries = {
            name.replace("_", "."): {"sum": value, "count": 1, "min": value, "max": value}
            for name, value in values.items()
        }
        record = {
            "StartTime": self.started,
            "EndTime": time.time(),
            "Dimensions": {"Algorithm": "LDA", "Host": self.host, "Operation": operation},
            "Metrics": summaries,
        }
        LOGGER.info("#metrics %s", json.dumps(record))

    def progress(self, percent: int) -> None:
        """Write how much of the training is done."""
        LOGGER.info("#progress_metric: host=%s, completed %d %% of epochs", self.host, percent)

    def throughput(self, records: int, seconds: float) -> None:
        """Write how many documents were learned from in a second."""
        rate = records / max(seconds, 1e-9)
        LOGGER.info("#throughput_metric: host=%s, train throughput=%s records/second", self.host, rate)

    def test_score(self, pwll: float) -> None:
        """Write the line that SageMaker reads the metric test:pwll from."""
        LOGGER.info("#quality_metric: host=%s, test pwll <score>=%s", self.host, pwll)
