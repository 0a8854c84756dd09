"""Executions as they run: their time limits, their metrics, who they act as, and how they are stopped."""

import functools
import json
import threading
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from typing import Any

from local_aws.ministack import bindings, extensions, persistence
from local_aws.ministack.extensions import Cancellation, StoppedError, Task
from local_aws.process import background
from local_aws.stepfunctions import history

Execution = dict[str, Any]

_METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
_RUNNING: dict[str, Cancellation] = {}


def install() -> None:
    """Put the extension around ministack's interpreter of states."""
    bindings.wrap("run execution", _run)
    bindings.wrap("fail execution", _fail)
    bindings.wrap("execution status event", _status)
    bindings.wrap("invoke with time limit", _limited)
    background.start()


def _run(original: Any) -> Any:
    @functools.wraps(original)
    def run(arn: str) -> None:
        execution = bindings.get("executions")[arn]
        machine = bindings.get("machines")[execution["stateMachineArn"]]
        task = Task(arn, machine["stateMachineArn"], machine["roleArn"])
        extensions.CURRENT_TASK.set(task)
        _RUNNING[arn] = task.cancelled
        history.start(execution)
        limit = json.loads(machine["definition"]).get("TimeoutSeconds")
        timer = threading.Timer(limit, copy_context().run, [_time_out, execution]) if limit else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            with suppress(StoppedError):
                original(arn)
        finally:
            _RUNNING.pop(arn, None)
            if timer:
                timer.cancel()

    return run


def _time_out(execution: Execution) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", error="States.Timeout", stopDate=history.now())
    bindings.get("add execution event")(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    bindings.get("execution status event")(execution)


def _fail(original: Any) -> Any:
    """Let an execution that was stopped or timed out stay that when its last state then fails."""

    @functools.wraps(original)
    def fail(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    return fail


def _status(original: Any) -> Any:
    """Count every change of status, and when it is over tell the tasks and save."""

    @functools.wraps(original)
    def emit(execution: Execution) -> None:
        original(execution)
        _count(execution)
        if execution["status"] != "RUNNING":
            _RUNNING.pop(execution["executionArn"], Cancellation()).set()
            persistence.save_soon()

    return emit


def _count(execution: Execution) -> None:
    """Record the metrics of https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html."""
    record, machine = bindings.get("record metric"), {"StateMachineArn": execution["stateMachineArn"]}
    record("AWS/States", _METRICS[execution["status"]], 1, "Count", machine)
    if execution["stopDate"]:
        took = datetime.fromisoformat(execution["stopDate"]) - datetime.fromisoformat(execution["startDate"])
        record("AWS/States", "ExecutionTime", took.total_seconds() * 1000, "Milliseconds", machine)


def _limited(original: Any) -> Any:
    """Give a task with a time limit its own sign to stop."""

    @functools.wraps(original)
    def invoke(resource: str, arguments: Any, limit: float) -> Any:
        around = extensions.CURRENT_TASK.get()
        task = replace(around, cancelled=around.cancelled.beneath())
        before = extensions.CURRENT_TASK.set(task)
        try:
            return original(resource, arguments, limit)
        finally:
            task.cancelled.set()
            extensions.CURRENT_TASK.reset(before)

    return invoke
