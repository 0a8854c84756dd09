"""The log of a training job, in the format of the built-in algorithm, which metric definitions match."""

import json
import logging
import sys
import time
import warnings
from typing import Any

LOGGER = logging.getLogger("container")


def configure_logging() -> None:
    """Write the log to stdout, from where SageMaker takes it, and include Python warnings."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = _Formatter("[%(asctime)s %(levelname)s %(thread)d] %(message)s", "%m/%d/%Y %H:%M:%S")
    handler.setFormatter(formatter)
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = _log_warning


class _Formatter(logging.Formatter):
    """The built-in algorithm's lines: they begin with the time, except for #metrics."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        return message if message.startswith("#metrics ") else super().format(record)


def _log_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    LOGGER.warning("%s", message)


class JobLog:
    """The metric lines of a job on one host."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.started = time.time()

    def metrics(self, operation: str, **values: float) -> None:
        """Write a #metrics line: JSON with the start and end time and a summary of each metric."""
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
        """Write the share of the training that is done."""
        LOGGER.info("#progress_metric: host=%s, completed %d %% of epochs", self.host, percent)

    def throughput(self, records: int, seconds: float) -> None:
        """Write the number of training documents per second."""
        rate = records / max(seconds, 1e-9)
        LOGGER.info("#throughput_metric: host=%s, train throughput=%s records/second", self.host, rate)

    def test_score(self, pwll: float) -> None:
        """Write the line from which SageMaker reads the metric test:pwll."""
        LOGGER.info("#quality_metric: host=%s, test pwll <score>=%s", self.host, pwll)
