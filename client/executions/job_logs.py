"""The CloudWatch log streams of SageMaker jobs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from client.errors import none_if_missing


def list_log_streams(client: Any, group: str, prefix: str) -> list[str]:
    """List the log streams of a deployment's jobs; none if the account has no such log group yet.

    Parameters
    ----------
    client
        A boto3 client of CloudWatch Logs.
    group
        The log group of training jobs or that of transform jobs.
    prefix
        The deployment's prefix, such as lda-dev.
    """
    pages = client.get_paginator("describe_log_streams").paginate(
        logGroupName=group, logStreamNamePrefix=f"{prefix}-"
    )
    streams = none_if_missing(
        lambda: [str(stream["logStreamName"]) for page in pages for stream in page["logStreams"]],
        "ResourceNotFoundException",
    )
    return streams or []


@dataclass
class JobLog:
    """Reads each line of a job's log streams once.

    Parameters
    ----------
    client
        A boto3 client of CloudWatch Logs.
    job
        The job's name; its streams are named <job>/<instance>-<epoch seconds>.
    group
        The log group of the jobs of its kind.
    """

    client: Any
    job: str
    group: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def command(self) -> str:
        """Return the AWS CLI command that shows this log; "" if there is no stream yet."""
        streams = self._streams()
        if not streams:
            return ""
        stream = f"--log-group-name {self.group} --log-stream-name {streams[-1]}"
        return f"aws logs get-log-events {stream} --start-from-head --query 'events[].message' --output text"

    def new_lines(self) -> Iterator[str]:
        """Yield the lines since the last call; none if there is no stream yet."""
        for stream in self._streams():
            yield from self._unread_lines(stream)

    def _streams(self) -> list[str]:
        response = none_if_missing(
            lambda: self.client.describe_log_streams(
                logGroupName=self.group, logStreamNamePrefix=f"{self.job}/"
            ),
            "ResourceNotFoundException",
        )
        return [stream["logStreamName"] for stream in response["logStreams"]] if response else []

    def _unread_lines(self, stream: str) -> Iterator[str]:
        # GetLogEvents returns the same token again at the end of the stream.
        while True:
            token = self._tokens.get(stream)
            position = {"nextToken": token} if token else {"startFromHead": True}
            page = self.client.get_log_events(logGroupName=self.group, logStreamName=stream, **position)
            self._tokens[stream] = page["nextForwardToken"]
            yield from (event["message"].rstrip("\n") for event in page["events"])
            if page["nextForwardToken"] == token:
                return
