"""The events of executions in CloudWatch Logs, by their machine's logging configuration.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from local_aws import identity
from local_aws.ministack.bindings import ministack
from local_aws.ministack.documents import Event, Execution
from local_aws.process import background

_FATAL = {"ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"}
_EXECUTION_DATA = {"input", "output"}


def write(execution: Execution, event: Event) -> None:
    """Write an event of an execution to its machine's log groups, if the log level includes it."""
    machine = ministack.state_machines.get(execution["stateMachineArn"])
    logging = machine.get("loggingConfiguration", {}) if machine else {}
    if machine is None or not _is_logged(logging.get("level", "OFF"), event["type"]):
        return
    for destination in logging.get("destinations", []):
        arn = destination["cloudWatchLogsLogGroup"]["logGroupArn"]
        group = arn.split(":log-group:")[1].removesuffix(":*")
        line = _line(execution, event, with_data=logging.get("includeExecutionData", False))
        background.later(_put, group, _stream(execution, machine["name"]), line)


def _is_logged(level: str, event_type: str) -> bool:
    failure = event_type.endswith(("Failed", "Aborted", "TimedOut"))
    return level == "ALL" or (level == "ERROR" and failure) or (level == "FATAL" and event_type in _FATAL)


def _stream(execution: Execution, machine: str) -> str:
    started = datetime.fromisoformat(execution["startDate"])
    return f"states/{machine}/{started:%Y-%m-%d-%H-%M}/{execution['name'][:8]}"


def _line(execution: Execution, event: Event, *, with_data: bool) -> str:
    details: dict[str, Any] = next(
        (value for name, value in event.items() if name.endswith("EventDetails")), {}
    )
    line = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": {
            name: value for name, value in details.items() if with_data or name not in _EXECUTION_DATA
        },
        "redrive_count": "0",
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(int(time.time() * 1000)),
        "execution_arn": execution["executionArn"],
    }
    return json.dumps(line)


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
