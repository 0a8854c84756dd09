"""The log lines of one job of SageMaker's, as they come."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from client.errors import found


def our_streams(client: Any, group: str, prefix: str) -> list[str]:
    """List the streams of a deployment's jobs in a group; none where the account has no such group yet.

    Parameters
    ----------
    client
        A boto3 client of CloudWatch Logs.
    group
        The group of training jobs or the one of transform jobs.
    prefix
        The deployment's, such as lda-dev.
    """
    pages = client.get_paginator("describe_log_streams").paginate(
        logGroupName=group, logStreamNamePrefix=f"{prefix}-"
    )
    streams = found(
        lambda: [str(stream["logStreamName"]) for page in pages for stream in page["logStreams"]],
        "ResourceNotFoundException",
    )
    return streams or []


@dataclass
class JobLog:
    """Reads each line of a job's streams once.

    Parameters
    ----------
    client
        A boto3 client of CloudWatch Logs.
    job
        The job's name; its streams are called <job>/<instance>-<epoch seconds>.
    group
        The log group of the jobs of its kind.
    """

    client: Any
    job: str
    group: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def command(self) -> str:
        """Compose the AWS CLI command that shows this log again; "" while there is no stream."""
        streams = self._streams()
        if not streams:
            return ""
        stream = f"--log-group-name {self.group} --log-stream-name {streams[-1]}"
        return f"aws logs get-log-events {stream} --start-from-head --query 'events[].message' --output text"

    def new_lines(self) -> Iterator[str]:
        """Yield the lines since the last call; none while there is no stream yet."""
        for stream in self._streams():
            yield from self._unread(stream)

    def _streams(self) -> list[str]:
        answer = found(
            lambda: self.client.describe_log_streams(
                logGroupName=self.group, logStreamNamePrefix=f"{self.job}/"
            ),
            "ResourceNotFoundException",
        )
        return [stream["logStreamName"] for stream in answer["logStreams"]] if answer else []

    def _unread(self, stream: str) -> Iterator[str]:
        # GetLogEvents says that there is no more by handing the same token back.
        while True:
            token = self._tokens.get(stream)
            more = {"nextToken": token} if token else {"startFromHead": True}
            page = self.client.get_log_events(logGroupName=self.group, logStreamName=stream, **more)
            self._tokens[stream] = page["nextForwardToken"]
            yield from (event["message"].rstrip("\n") for event in page["events"])
            if page["nextForwardToken"] == token:
                return
