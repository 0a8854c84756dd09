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
from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Event, Execution
from local_aws.ministack.extensions import CURRENT_TASK
from local_aws.ministack.signatures import AddEvent, ApplyToInput
from local_aws.stepfunctions import execution_logs

Details = dict[str, Any]

# AWS never names these as an event's previous one, but the event before them.
_NEVER_PREVIOUS = {
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
_WRITING = threading.Lock()  # an event's id is its position in the list


@dataclass
class Branch:
    """A chain of events, by its last event's id: each branch of an execution has its own."""

    previous: int = 0


def install() -> None:
    """Replace ministack's events with AWS's."""
    Ministack.jsonata_arguments.wrap(_record_arguments)
    Ministack.parameters.wrap(_record_arguments)
    Ministack.add_event.wrap(_add)


def start(execution: Execution) -> None:
    """Complete an execution's first event; in AWS neither it nor the second has a previous one."""
    _BRANCH.set(Branch())
    execution["events"][0]["previousEventId"] = 0
    execution_logs.write(execution, execution["events"][0])


def add(execution: Execution, event_type: str, **details: Any) -> Event | None:
    """Add an event with its details, unless the execution or this branch of it was stopped."""
    group = event_type[:1].lower() + event_type[1:]
    if event_type.endswith(("StateEntered", "StateExited")):
        group = "stateEntered" if event_type.endswith("Entered") else "stateExited"
    return ministack.add_event(execution, event_type, {f"{group}EventDetails": details} if details else {})


def now() -> str:
    """Return the time in ministack's format."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def branch() -> Branch:
    """Return the branch of the execution that this thread runs."""
    return _BRANCH.get()


def enter(branch: Branch) -> None:
    """Let this thread's events continue a branch."""
    _BRANCH.set(branch)


def _record_arguments(original: ApplyToInput) -> ApplyToInput:
    """Record a task's arguments, which AWS shows in the event TaskScheduled."""

    @functools.wraps(original)
    def apply(state: Any, raw_input: Any, context: Any = None) -> Any:
        arguments = original(state, raw_input, context)
        _ARGUMENTS.set(arguments)
        return arguments

    return apply


def _add(original: AddEvent) -> AddEvent:
    @functools.wraps(original)
    def add_event(execution: Execution, event_type: str, details: Details | None = None, /) -> Event | None:
        for aws_type, aws_details in _aws_events(event_type, details or {}):
            event = _write(original, execution, aws_type, aws_details)
        return event

    return add_event


def _write(original: AddEvent, execution: Execution, event_type: str, details: Details) -> Event | None:
    task = CURRENT_TASK.get(None)
    stopped = execution["status"] != "RUNNING" or (task is not None and task.cancelled.is_set())
    if stopped and not event_type.startswith("Execution"):
        return None
    branch = _BRANCH.get(None) or Branch()
    with _WRITING:
        event = original(execution, event_type, {**details, "previousEventId": branch.previous})
        if event is None:
            return None
        execution_logs.write(execution, event)
    if event_type not in _NEVER_PREVIOUS:
        branch.previous = event["id"]
    return event


def _aws_events(event_type: str, details: Details) -> list[tuple[str, Details]]:
    """Return AWS's events for one of ministack's: those of a task differ in number and name."""
    if not event_type.startswith("Task") or "State" in event_type:
        return [(event_type, details)]
    [values] = details.values()
    _RESOURCE.set(values.get("resource") or _RESOURCE.get())
    outcome = event_type.removeprefix("Task")
    if values.get("error") == "States.Timeout":
        outcome = "TimedOut"
    render = _function_event if _RESOURCE.get().startswith(_FUNCTION) else _service_event
    events = [render(outcome, values)]
    return [*events, render("Started", {})] if outcome == "Scheduled" else events


def _function_event(outcome: str, values: Details) -> tuple[str, Details]:
    """Return the event of a task whose resource is a function."""
    event_type = f"LambdaFunction{outcome}"
    details: Details = {name: values[name] for name in ("error", "cause", "output") if name in values}
    if outcome == "Scheduled":
        details = {"resource": _RESOURCE.get(), "input": json.dumps(_ARGUMENTS.get())}
    return event_type, {f"l{event_type[1:]}EventDetails": details} if details else {}


def _service_event(outcome: str, values: Details) -> tuple[str, Details]:
    """Return the event of a task that calls a service, with the service and its operation as two fields."""
    service, _, action = _RESOURCE.get().removeprefix("arn:aws:states:::").rpartition(":")
    details = {**values, "resourceType": service, "resource": action}
    if outcome == "Scheduled":
        details |= {"region": identity.region(), "parameters": json.dumps(_ARGUMENTS.get())}
    return f"Task{outcome}", {f"task{outcome}EventDetails": details}
