"""A log stream in CloudWatch Logs that receives a program's lines while it runs."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

FLUSH_SECONDS = 0.3
MAX_EVENTS = 1000  # in a batch; CloudWatch Logs allows 10,000 and 1 MiB
MAX_MESSAGE = 16 * 1024

logger = logging.getLogger(__name__)


class LogStream:
    """A log stream of a program.

    Parameters
    ----------
    client
        boto3's CloudWatch Logs, with the execution role.
    group, name
        The log group and the stream.
    on_error
        Called once with the error when CloudWatch Logs refuses lines; later lines are dropped.
    """

    def __init__(self, client: Any, group: str, name: str, *, on_error: Callable[[Exception], None]) -> None:
        self.group = group
        self.name = name
        self._client = client
        self._on_error = on_error
        self._lines: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._closed = False
        self._sender = threading.Thread(target=self._send_until_closed, daemon=True)

    def open(self) -> None:
        """Create the group and the stream, as SageMaker does with the execution role.

        Raises
        ------
        botocore.exceptions.ClientError
            The role lacks a permission.
        """
        self._create(self._client.create_log_group, logGroupName=self.group)
        self._client.describe_log_streams(logGroupName=self.group, logStreamNamePrefix=self.name)
        self._create(self._client.create_log_stream, logGroupName=self.group, logStreamName=self.name)
        self._sender.start()

    @staticmethod
    def _create(create: Callable[..., Any], **names: str) -> None:
        try:
            create(**names)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise

    def write_now(self, line: str) -> None:
        """Send a line immediately.

        Raises
        ------
        botocore.exceptions.ClientError
            The role lacks a permission.
        """
        self._send([_event(line)])

    def write(self, line: str) -> None:
        """Add a line; it is sent within `FLUSH_SECONDS`. Empty lines are dropped, as CloudWatch does."""
        if not line.strip():
            return
        with self._changed:
            if not self._closed:
                self._lines.append(_event(line))

    def close(self) -> None:
        """Send the remaining lines and end."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._sender.is_alive():
            self._sender.join()

    def _send_until_closed(self) -> None:
        while True:
            with self._changed:
                closed = self._closed or self._changed.wait_for(lambda: self._closed, FLUSH_SECONDS)
                lines, self._lines = self._lines, []
            try:
                self._send(lines)
            except Exception as error:  # noqa: BLE001 -- every failure is reported to the job
                self._handle_refusal(error)
                return
            if closed:
                return

    def _send(self, lines: list[dict[str, Any]]) -> None:
        for start in range(0, len(lines), MAX_EVENTS):
            batch = lines[start : start + MAX_EVENTS]
            self._client.put_log_events(logGroupName=self.group, logStreamName=self.name, logEvents=batch)

    def _handle_refusal(self, error: Exception) -> None:
        with self._changed:
            self._closed = True
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ResourceNotFoundException":
            logger.warning("The log stream %s of %s is gone; its lines are dropped.", self.name, self.group)
            return
        self._on_error(error)


def _event(line: str) -> dict[str, Any]:
    return {"timestamp": int(time.time() * 1000), "message": line[:MAX_MESSAGE]}
