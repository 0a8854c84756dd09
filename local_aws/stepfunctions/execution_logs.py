"""The log of executions in CloudWatch Logs, as a machine's logging configuration asks for it.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack import bindings
from local_aws.process import background

_FATAL = {"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
_DATA = {"input", "output"}


def write(execution: dict[str, Any], event: dict[str, Any]) -> None:
    """Write an event of an execution to its machine's log group, if its level says so."""
    machine = bindings.get("machines").get(execution["stateMachineArn"], {})
    logging = machine.get("loggingConfiguration", {})
    if _wanted(logging.get("level", "OFF"), event["type"]):
        for destination in logging.get("destinations", []):
            group = (
                destination["cloudWatchLogsLogGroup"]["logGroupArn"]
                .split(":log-group:")[1]
                .removesuffix(":*")
            )
            line = _line(execution, event, with_data=logging.get("includeExecutionData", False))
            background.later(_put, group, _stream(execution, machine["name"]), line)


def _wanted(level: str, kind: str) -> bool:
    failure = kind.endswith(("Failed", "Aborted", "TimedOut"))
    return level == "ALL" or (level == "ERROR" and failure) or (level == "FATAL" and kind in _FATAL)


def _stream(execution: dict[str, Any], machine: str) -> str:
    started = datetime.fromisoformat(execution["startDate"])
    return f"states/{machine}/{started:%Y-%m-%d-%H-%M}/{execution['name'][:8]}"


def _line(execution: dict[str, Any], event: dict[str, Any], *, with_data: bool) -> str:
    details: dict[str, Any] = next(
        (value for name, value in event.items() if name.endswith("EventDetails")), {}
    )
    said = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": {name: value for name, value in details.items() if with_data or name not in _DATA},
        "redrive_count": "0",
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(int(time.time() * 1000)),
        "execution_arn": execution["executionArn"],
    }
    return json.dumps(said)


def _put(group: str, stream: str, line: str) -> None:
    logs = identity.administrator_client("logs")
    event = {"timestamp": int(datetime.now(UTC).timestamp() * 1000), "message": line}
    try:
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
