"""Executions as they run: their events, their time limits, their logs, metrics and who they act as."""

import functools
import json
import threading
from contextvars import ContextVar, copy_context
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from local_aws import background, execution_logs, hooks, identity, names, state
from local_aws.hooks import Task

Execution = dict[str, Any]

_METRICS = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
_PREVIOUS: ContextVar[int] = ContextVar("previous_event", default=0)
_ARGUMENTS: ContextVar[Any] = ContextVar("task_arguments")
_CANCELS: dict[str, list[threading.Event]] = {}


def install() -> None:
    """Put the extension around ministack's interpreter of states."""
    names.wrap("run execution", _run)
    names.wrap("fail execution", _fail)
    names.wrap("task arguments", _arguments)
    names.wrap("task parameters", _arguments)
    names.wrap("add execution event", _add_event)
    names.wrap("execution status event", _status)
    names.wrap("invoke with time limit", _limited)
    background.start()


def _run(original: Any) -> Any:
    @functools.wraps(original)
    def run(arn: str) -> None:
        execution = names.get("executions")[arn]
        machine = names.get("machines")[execution["stateMachineArn"]]
        hooks.CURRENT_TASK.set(Task(arn, machine["stateMachineArn"], machine["roleArn"]))
        _CANCELS[arn] = [hooks.CURRENT_TASK.get().cancelled]
        execution["events"][0]["previousEventId"] = 0
        _PREVIOUS.set(1)
        execution_logs.write(execution, execution["events"][0])
        limit = json.loads(machine["definition"]).get("TimeoutSeconds")
        timer = threading.Timer(limit, copy_context().run, [_time_out, execution]) if limit else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            original(arn)
        finally:
            if timer:
                timer.cancel()

    return run


def _time_out(execution: Execution) -> None:
    if execution["status"] != "RUNNING":
        return
    execution.update(status="TIMED_OUT", error="States.Timeout", stopDate=_now())
    names.get("add execution event")(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {}})
    names.get("execution status event")(execution)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _fail(original: Any) -> Any:
    """Let an execution that was stopped or timed out stay that when its last state then fails."""

    @functools.wraps(original)
    def fail(execution: Execution, error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            original(execution, error, cause)

    return fail


def _arguments(original: Any) -> Any:
    """Keep what a task is called with, which AWS shows in its event TaskScheduled."""

    @functools.wraps(original)
    def apply(*given: Any, **more: Any) -> Any:
        arguments = original(*given, **more)
        _ARGUMENTS.set(arguments)
        return arguments

    return apply


def _add_event(original: Any) -> Any:
    @functools.wraps(original)
    def add(execution: Execution, kind: str, details: dict[str, Any] | None = None) -> Any:
        if execution["status"] != "RUNNING" and not kind.startswith("Execution"):
            return None
        kind, details = _as_aws_says(kind, details or {})
        event = original(execution, kind, {**details, "previousEventId": _PREVIOUS.get()})
        _PREVIOUS.set(event["id"])
        execution_logs.write(execution, event)
        return event

    return add


def _as_aws_says(kind: str, details: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a task's event with its service and operation apart, and a time-out as an event of its own."""
    for values in details.values():
        resource = values.get("resource", "")
        if resource.startswith("arn:aws:states:::"):
            service, _, action = resource.removeprefix("arn:aws:states:::").rpartition(":")
            values.update(resourceType=service, resource=action)
        if kind == "TaskScheduled":
            values.setdefault("region", identity.region())
            values.setdefault("parameters", json.dumps(_ARGUMENTS.get()))
        if kind == "TaskFailed" and values.get("error") == "States.Timeout":
            return "TaskTimedOut", {"taskTimedOutEventDetails": values}
        if kind.startswith("Task"):
            values.setdefault("resourceType", "lambda")
    return kind, details


def _status(original: Any) -> Any:
    """Count every change of status, and when it is over tell the tasks and save."""

    @functools.wraps(original)
    def emit(execution: Execution) -> None:
        original(execution)
        _count(execution)
        if execution["status"] != "RUNNING":
            for event in _CANCELS.pop(execution["executionArn"], []):
                event.set()
            background.later(state.save)

    return emit


def _count(execution: Execution) -> None:
    """Record the metrics of https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html."""
    record, machine = names.get("record metric"), {"StateMachineArn": execution["stateMachineArn"]}
    record("AWS/States", _METRICS[execution["status"]], 1, "Count", machine)
    if execution["stopDate"]:
        took = datetime.fromisoformat(execution["stopDate"]) - datetime.fromisoformat(execution["startDate"])
        record("AWS/States", "ExecutionTime", took.total_seconds() * 1000, "Milliseconds", machine)


def _limited(original: Any) -> Any:
    """Give a task with a time limit its own sign to stop."""

    @functools.wraps(original)
    def invoke(resource: str, arguments: Any, limit: float) -> Any:
        task = replace(hooks.CURRENT_TASK.get(), cancelled=threading.Event())
        _CANCELS.setdefault(task.execution_arn, []).append(task.cancelled)
        before = hooks.CURRENT_TASK.set(task)
        try:
            return original(resource, arguments, limit)
        finally:
            task.cancelled.set()
            hooks.CURRENT_TASK.reset(before)

    return invoke
