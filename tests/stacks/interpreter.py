"""A state machine as it is deployed, run by ministack's interpreter with scripted services."""

import json
import re
import types
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.services import stepfunctions

ARN = "arn:aws:states:us-east-1:000000000000:execution:M:run"


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
    """What each service answers, call by call; the last answer stays. An exception is raised."""

    answers: dict[str, list[Any]]
    functions: set[str]
    calls: list[tuple[str, Any]] = field(default_factory=list)

    def __call__(self, resource: str, arguments: Any) -> Any:
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
    given: str = "{}",
) -> Run:
    """Run a definition from its first state to its last: no server, no waiting."""
    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
    monkeypatch.setattr(stepfunctions, "time", types.SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", lambda _: None)
    scripted = {name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()}
    services = Services(scripted, functions)
    monkeypatch.setattr(stepfunctions, "_invoke_resource", services)
    monkeypatch.setitem(stepfunctions._state_machines, "arn:machine", {"definition": definition, "name": "M"})
    execution = started(given)
    monkeypatch.setitem(stepfunctions._executions, ARN, execution)
    stepfunctions._run_execution(ARN)
    entered = [found.get("stateEnteredEventDetails") for found in execution["events"]]
    visited = [details["name"] for details in entered if details]
    output = json.loads(execution["output"])
    ended = (execution["status"], output, execution.get("error"), execution.get("cause"))
    return Run(*ended, visited, services.calls)


def started(given: str) -> dict[str, Any]:
    return {
        "executionArn": ARN,
        "stateMachineArn": "arn:machine",
        "name": "run",
        "startDate": "2026-01-01T00:00:00Z",
        "input": given,
        "status": "RUNNING",
        "events": [],
    }


def error(name: str, cause: Any) -> Exception:
    """Make the error of a task."""
    made: Exception = stepfunctions._ExecutionError(name, cause)
    return made


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: value for name, value in template["Resources"].items() if value["Type"] == kind}


def text(value: Any) -> str:
    """Resolve intrinsic functions into readable text."""
    if isinstance(value, str):
        return value
    ((function, argument),) = value.items()
    if function == "Fn::Join":
        return str(argument[0]).join(text(part) for part in argument[1])
    if function == "Ref":
        return f"<{argument}>".replace("<AWS::Partition>", "aws")
    return f"<{argument[0]}>" if function == "Fn::GetAtt" else f"<{text(argument)}>"
