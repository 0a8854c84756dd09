"""Runs a state machine in ministack's interpreter, with scripted services instead of AWS."""

import json
import re
import types
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from local_aws.ministack.binding import Binding
from local_aws.ministack.bindings import Ministack, ministack

MACHINE = "arn:machine"
EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:M:run"


@dataclass
class Run:
    """An execution that has ended."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    visited: list[str]
    calls: list[tuple[str, Any]]

    def of(self, service: str) -> list[Any]:
        return [arguments for name, arguments in self.calls if name == service]


@dataclass
class Services:
    """The scripted answers of each service, call by call; the last answer repeats. An exception is raised."""

    answers: dict[str, list[Any]]
    functions: set[str]
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, resource: str, arguments: Any, _time_limit: float | None = None) -> Any:
        name = resource.rpartition(":")[2]
        if name == "invoke":
            name = re.sub(r"<Functions(.+?)[0-9A-F]{8}>", r"\1", arguments["FunctionName"])
            arguments = arguments["Payload"]
        self.calls.append((name, arguments))
        answers = self.answers[name]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"StatusCode": 200, "Payload": answer} if name in self.functions else answer


def interpret(
    definition: str,
    answers: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    functions: set[str],
    execution_input: str = "{}",
) -> Run:
    """Run a definition from its first state to its last: no server, no waiting."""
    scripted = {name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()}
    services = Services(scripted, functions)
    _replace(monkeypatch, Ministack.invoke_resource, services)
    _replace(monkeypatch, Ministack.invoke_with_time_limit, services)
    _replace(monkeypatch, Ministack.sleep, lambda _seconds: None)
    _replace(monkeypatch, Ministack.clock, types.SimpleNamespace(sleep=lambda _seconds: None))
    _replace(monkeypatch, Ministack.emit_status_event, lambda _execution: None)
    execution = started(execution_input)
    state_machines, executions = cast("Any", ministack.state_machines), cast("Any", ministack.executions)
    monkeypatch.setitem(state_machines, MACHINE, {"definition": definition, "name": "M"})
    monkeypatch.setitem(executions, EXECUTION, execution)
    ministack.run_execution(EXECUTION)
    entered = [event.get("stateEnteredEventDetails") for event in execution["events"]]
    return Run(
        execution["status"],
        json.loads(execution["output"]),
        execution.get("error"),
        execution.get("cause"),
        [details["name"] for details in entered if details],
        services.calls,
    )


def started(execution_input: str) -> dict[str, Any]:
    return {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "name": "run",
        "startDate": "2026-01-01T00:00:00Z",
        "input": execution_input,
        "status": "RUNNING",
        "events": [],
    }


def error(name: str, cause: Any) -> Exception:
    """Return the error of a task."""
    return ministack.task_error(name, cause)


def evaluate(value: Any, **variables: Any) -> Any:
    """Return the value of a field, which may be a JSONata expression over variables."""
    return ministack.jsonata_template(value, {}, {"variables": variables})


def _replace(monkeypatch: pytest.MonkeyPatch, binding: Binding[Any], value: Any) -> None:
    """Replace an attribute of ministack for one test."""
    for module, attribute in binding.locations():
        monkeypatch.setattr(module, attribute, value)
