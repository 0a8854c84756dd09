"""The data log of a transform job: what became of each object, in SageMaker's form."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from local_aws.sagemaker.processes.log_stream import LogStream
from local_aws.sagemaker.training.channels import S3Location

LOG_GROUP = "/aws/sagemaker/TransformJobs"


class TransformLogs:
    """The two log streams of an instance: what its model server writes, and the data log.

    Parameters
    ----------
    client
        boto3's CloudWatch Logs, with the execution role.
    name
        The name of the server's stream; the other one's is below.
    on_error
        Called with what CloudWatch Logs refused.
    """

    def __init__(self, client: Any, name: str, on_error: Callable[[Exception], None]) -> None:
        self.server = LogStream(client, LOG_GROUP, name, on_error=on_error)
        self._data = LogStream(client, LOG_GROUP, f"{name}/data-log", on_error=on_error)

    def open(self) -> None:
        """Make both streams.

        Raises
        ------
        botocore.exceptions.ClientError
            The role may not.
        """
        self.server.open()
        self._data.open()

    def say(self, message: str, found: S3Location | None = None) -> None:
        """Add lines to the data log, each with the time and the object that it is about."""
        where = f"{found.bucket}/{found.key}: " if found else ""
        for line in message.splitlines():
            moment = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
            self._data.write(f"{moment}:[sagemaker logs]: {where}{line}")

    def close(self) -> None:
        """Send what is left of the data log; the model server closes its own."""
        self._data.close()
