"""Running executions: their role, their time limits, their metrics, and how they are stopped."""

import functools
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from typing import Any

from local_aws.ministack import persistence
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Execution
from local_aws.ministack.extensions import CURRENT_TASK, Cancellation, StoppedError, Task
from local_aws.process import background
from local_aws.stepfunctions import history

# docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
_METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
_RUNNING: dict[str, Cancellation] = {}


def install() -> None:
    """Wrap ministack's interpreter of executions."""
    Ministack.run_execution.wrap(_run)
    Ministack.fail_execution.wrap(_fail)
    Ministack.emit_status_event.wrap(_emit)
    Ministack.invoke_with_time_limit.wrap(_invoke)
    background.start()


def _run(original: Callable[[str], None]) -> Callable[[str], None]:
    """Run an execution as its machine's role, within its machine's time limit."""

    @functools.wraps(original)
    def run(arn: str) -> None:
        execution = ministack.executions[arn]
        machine = ministack.state_machines[execution["stateMachineArn"]]
        task = Task(arn, machine["stateMachineArn"], machine["roleArn"])
        CURRENT_TASK.set(task)
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
    execution["status"] = "TIMED_OUT"
    execution["error"] = "States.Timeout"
    execution["stopDate"] = history.now()
    ministack.add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    ministack.emit_status_event(execution)


def _fail(original: Callable[[Execution, str, str], None]) -> Callable[[Execution, str, str], None]:
    """Leave the status of an execution that was stopped or timed out when its last state then fails."""

    @functools.wraps(original)
    def fail(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    return fail


def _emit(original: Callable[[Execution], None]) -> Callable[[Execution], None]:
    """Record each change of status; at the end, cancel the tasks and save."""

    @functools.wraps(original)
    def emit(execution: Execution) -> None:
        original(execution)
        _record_metrics(execution)
        if execution["status"] != "RUNNING":
            _RUNNING.pop(execution["executionArn"], Cancellation()).set()
            persistence.save_soon()

    return emit


def _record_metrics(execution: Execution) -> None:
    record, machine = ministack.record_metric, {"StateMachineArn": execution["stateMachineArn"]}
    record("AWS/States", _METRICS[execution["status"]], 1, "Count", machine)
    if execution["stopDate"]:
        time = datetime.fromisoformat(execution["stopDate"]) - datetime.fromisoformat(execution["startDate"])
        record("AWS/States", "ExecutionTime", time.total_seconds() * 1000, "Milliseconds", machine)


def _invoke(original: Callable[[str, Any, float], Any]) -> Callable[[str, Any, float], Any]:
    """Cancel a task when its time limit ends, and not the rest of its execution."""

    @functools.wraps(original)
    def invoke(resource: str, arguments: Any, limit: float) -> Any:
        current = CURRENT_TASK.get()
        task = replace(current, cancelled=current.cancelled.child())
        token = CURRENT_TASK.set(task)
        try:
            return original(resource, arguments, limit)
        finally:
            task.cancelled.set()
            CURRENT_TASK.reset(token)

    return invoke
