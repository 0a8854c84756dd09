"""Runs a state machine in ministack's interpreter, with scripted services instead of AWS."""

import json
import re
import types
from dataclasses import dataclass, field
from typing import Any

import pytest

from local_aws import names

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
    _replace(monkeypatch, "invoke", services)
    _replace(monkeypatch, "invoke with time limit", services)
    _replace(monkeypatch, "sleep", lambda _seconds: None)
    _replace(monkeypatch, "clock", types.SimpleNamespace(sleep=lambda _seconds: None))
    _replace(monkeypatch, "execution status event", lambda _execution: None)
    execution = started(execution_input)
    monkeypatch.setitem(names.get("machines"), MACHINE, {"definition": definition, "name": "M"})
    monkeypatch.setitem(names.get("executions"), EXECUTION, execution)
    names.get("run execution")(EXECUTION)
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
    made: Exception = names.get("task error")(name, cause)
    return made


def evaluate(value: Any, **variables: Any) -> Any:
    """Return the value of a field, which may be a JSONata expression over variables."""
    return names.get("jsonata template")(value, {}, {"variables": variables})


def _replace(monkeypatch: pytest.MonkeyPatch, name: str, value: Any) -> None:
    """Replace what a name of local_aws stands for, for one test."""
    places = {**names.NAMES, "clock": ("services.stepfunctions:time",)}[name]
    for place in places:
        monkeypatch.setattr(f"ministack.{place.replace(':', '.')}", value)
