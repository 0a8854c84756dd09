"""The history of an execution: its events as AWS names and chains them, also written to the machine's log.

docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

import functools
import json
import threading
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local_aws import identity
from local_aws.ministack import bindings, extensions
from local_aws.stepfunctions import execution_logs

Event = dict[str, Any]
Execution = dict[str, Any]
Details = dict[str, Any]

# What these tell, several may follow: AWS names the event before them as the next one's previous.
_ENDS = {
    "MapIterationSucceeded",
    "MapIterationFailed",
    "MapIterationAborted",
    "MapStateSucceeded",
    "ParallelStateSucceeded",
}
_FUNCTION = "arn:aws:lambda:"
_ARGUMENTS: ContextVar[Any] = ContextVar("task_arguments", default=None)
_RESOURCE: ContextVar[str] = ContextVar("task_resource", default="")
_BRANCH: ContextVar["Branch"] = ContextVar("branch")
_WRITING = threading.Lock()  # an event's number is its place in the list


@dataclass
class Branch:
    """Where a chain of events stands: each branch of an execution has its own."""

    previous: int = 0


def install() -> None:
    """Put AWS's events in the place of ministack's."""
    bindings.wrap("task arguments", _arguments)
    bindings.wrap("task parameters", _arguments)
    bindings.wrap("add execution event", _add)


def start(execution: Execution) -> None:
    """Complete an execution's first event; in AWS the second names none before it either."""
    _BRANCH.set(Branch())
    execution["events"][0]["previousEventId"] = 0
    execution_logs.write(execution, execution["events"][0])


def add(execution: Execution, kind: str, **details: Any) -> Event | None:
    """Add an event with its details, unless the execution or this branch of it has been stopped."""
    group = kind[:1].lower() + kind[1:]
    if kind.endswith(("StateEntered", "StateExited")):
        group = "stateEntered" if kind.endswith("Entered") else "stateExited"
    named = {f"{group}EventDetails": details} if details else {}
    event: Event | None = bindings.get("add execution event")(execution, kind, named)
    return event


def now() -> str:
    """Return the time as ministack writes it down."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def branch() -> Branch:
    """Return the branch of the execution that this thread runs."""
    return _BRANCH.get()


def enter(branch: Branch) -> None:
    """Let this thread run a branch: its events follow one another."""
    _BRANCH.set(branch)


def _arguments(original: Any) -> Any:
    """Keep what a task is called with, which AWS shows in its event TaskScheduled."""

    @functools.wraps(original)
    def apply(*given: Any, **more: Any) -> Any:
        arguments = original(*given, **more)
        _ARGUMENTS.set(arguments)
        return arguments

    return apply


def _add(original: Any) -> Any:
    @functools.wraps(original)
    def add_event(execution: Execution, kind: str, details: Details | None = None) -> Event | None:
        for name, said in _as_aws_says(kind, details or {}):
            event = _write(original, execution, name, said)
        return event

    return add_event


def _write(original: Any, execution: Execution, kind: str, details: Details) -> Event | None:
    task = extensions.CURRENT_TASK.get(None)
    stopped = execution["status"] != "RUNNING" or (task is not None and task.cancelled.is_set())
    if stopped and not kind.startswith("Execution"):
        return None
    branch = _BRANCH.get(None) or Branch()
    with _WRITING:
        event: Event = original(execution, kind, {**details, "previousEventId": branch.previous})
        execution_logs.write(execution, event)
    if kind not in _ENDS:
        branch.previous = event["id"]
    return event


def _as_aws_says(kind: str, details: Details) -> list[tuple[str, Details]]:
    """Return what AWS writes for one of ministack's events: more, or of another name, if it is a task's."""
    if not kind.startswith("Task") or "State" in kind:
        return [(kind, details)]
    [values] = details.values()
    _RESOURCE.set(values.get("resource") or _RESOURCE.get())
    outcome = kind.removeprefix("Task")
    if values.get("error") == "States.Timeout":
        outcome = "TimedOut"
    tell = _of_function if _RESOURCE.get().startswith(_FUNCTION) else _of_service
    events = [tell(outcome, values)]
    return [*events, tell("Started", {})] if outcome == "Scheduled" else events


def _of_function(outcome: str, values: Details) -> tuple[str, Details]:
    """Return the event of a task whose resource is a function."""
    kind = f"LambdaFunction{outcome}"
    said: Details = {name: values[name] for name in ("error", "cause", "output") if name in values}
    if outcome == "Scheduled":
        said = {"resource": _RESOURCE.get(), "input": json.dumps(_ARGUMENTS.get())}
    return kind, {f"l{kind[1:]}EventDetails": said} if said else {}


def _of_service(outcome: str, values: Details) -> tuple[str, Details]:
    """Return the event of a task that calls a service: its name and operation stand apart."""
    service, _, action = _RESOURCE.get().removeprefix("arn:aws:states:::").rpartition(":")
    said = {**values, "resourceType": service, "resource": action}
    if outcome == "Scheduled":
        said |= {"region": identity.region(), "parameters": json.dumps(_ARGUMENTS.get())}
    return f"Task{outcome}", {f"task{outcome}EventDetails": said}
