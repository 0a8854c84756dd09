"""The log streams of a transform job's instance; the data log has its errors, by object."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.sagemaker.core.s3_objects import S3Location
from local_aws.sagemaker.processes.log_stream import LogStream

LOG_GROUP = "/aws/sagemaker/TransformJobs"


class TransformLogs:
    """The two log streams of an instance: its model server's output, and the data log.

    Parameters
    ----------
    client
        boto3's CloudWatch Logs, with the execution role.
    name
        The name of the model server's stream; the data log adds ``/data-log``.
    on_error
        Called with the error when CloudWatch Logs refuses lines.
    """

    def __init__(self, client: Any, name: str, on_error: Callable[[Exception], None]) -> None:
        self.server = LogStream(client, LOG_GROUP, name, on_error=on_error)
        self._data = LogStream(client, LOG_GROUP, f"{name}/data-log", on_error=on_error)

    def open(self) -> None:
        """Create both streams.

        Raises
        ------
        botocore.exceptions.ClientError
            The role lacks a permission.
        """
        self.server.open()
        self._data.open()

    def write(self, message: str, location: S3Location | None = None) -> None:
        """Add lines to the data log, each with the time and the object that it concerns."""
        prefix = f"{location.bucket}/{location.key}: " if location else ""
        for line in message.splitlines():
            moment = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
            self._data.write(f"{moment}:[sagemaker logs]: {prefix}{line}")

    def close(self) -> None:
        """Send the remaining lines of the data log; the model server closes its own stream."""
        self._data.close()
