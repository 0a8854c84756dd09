"""The second state machine as it is deployed, run by ministack's interpreter with scripted services."""

import json
import re
import types
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from ministack.services import stepfunctions

from tests.stacks.workflow.conftest import Run, text

TemplateOf = Callable[..., dict[str, Any]]
MACHINE = "LdaDevMachineOfTransforms"
NAME = "lda-dev-transform-0123abcd"
URL = "s3://bucket/models/lda-dev-run-0123abcd-0/output/model.tar.gz"
INPUT = {
    "name": NAME,
    "training_job": "lda-dev-run-0123abcd-0",
    "model_data_url": URL,
    "input": "s3://bucket/datasets/griffiths/test/",
    "content_type": "application/x-recordio-protobuf",
    "split_type": "RecordIO",
    "objects": 2,
    "documents": 400,
    "started_by": "",
}
JOB = {"TransformJobName": f"{NAME}-0", "TransformJobStatus": "Completed"}


@pytest.fixture(scope="session")
def inspected() -> dict[str, Any]:
    """What InspectTransform returns."""
    return INPUT


@pytest.fixture(scope="session")
def job() -> dict[str, Any]:
    """What Step Functions passes on of a job that is completed."""
    return JOB


@pytest.fixture(scope="session")
def error() -> Callable[[str, Any], Exception]:
    """Return a function that makes the error of a task, by its name and cause."""
    made: Callable[[str, Any], Exception] = stepfunctions._ExecutionError
    return made


@pytest.fixture(scope="session")
def machine_of(template: TemplateOf) -> Callable[..., dict[str, Any]]:
    """Return a function from settings to the machine's properties."""
    return lambda **settings: dict(template("Training", **settings)["Resources"][MACHINE]["Properties"])


@pytest.fixture(scope="session")
def states(machine_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return dict(json.loads(text(machine_of()["DefinitionString"]))["States"])


class Services:
    """What each service answers, call by call; the last answer stays. An exception is raised."""

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []

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
        return {"StatusCode": 200, "Payload": answer} if name == "InspectTransform" else answer


@pytest.fixture
def run(machine_of: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the machine in ministack's own interpreter: no server, no waiting."""
    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
    monkeypatch.setattr(stepfunctions, "time", types.SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", lambda _: None)
    arn = "arn:aws:states:us-east-1:000000000000:execution:M:run"

    def execute(*, given: str = "{}", settings: dict[str, object] | None = None, **answers: Any) -> Run:
        own = {name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()}
        services = Services({**happy(), **own})
        monkeypatch.setattr(stepfunctions, "_invoke_resource", services)
        definition = text(machine_of(**settings or {})["DefinitionString"])
        machine = {"definition": definition, "name": "M"}
        monkeypatch.setitem(stepfunctions._state_machines, "arn:machine", machine)
        execution = started(arn, given)
        monkeypatch.setitem(stepfunctions._executions, arn, execution)
        stepfunctions._run_execution(arn)
        entered = [found.get("stateEnteredEventDetails") for found in execution["events"]]
        visited = [details["name"] for details in entered if details]
        output = json.loads(execution["output"])
        ended = (execution["status"], output, execution.get("error"), execution.get("cause"))
        return Run(*ended, visited, services.calls)

    return execute


def started(arn: str, given: str) -> dict[str, Any]:
    return {
        "executionArn": arn,
        "stateMachineArn": "arn:machine",
        "name": "run",
        "startDate": "2026-01-01T00:00:00Z",
        "input": given,
        "status": "RUNNING",
        "events": [],
    }


def happy() -> dict[str, list[Any]]:
    return {
        "InspectTransform": [INPUT],
        "createModel": [{"ModelArn": "arn"}],
        "createTransformJob.sync": [JOB],
        "deleteModel": [{}],
        "publish": [{"MessageId": "1"}],
    }


@pytest.fixture(scope="session")
def mistakes() -> Callable[[str, str, Any], list[str]]:
    """Return what botocore finds wrong with the arguments of a call: fields, types, lengths, patterns."""

    def find(service: str, operation: str, arguments: Any) -> list[str]:
        client: Any = boto3.Session("x", "x", region_name="us-east-1").client(service)  # type: ignore[call-overload]  # the service is a variable
        shape = client.meta.service_model.operation_model(operation).input_shape
        report = ParamValidator().validate(arguments, shape)
        return [*filter(None, [report.generate_report()]), *patterns(arguments, shape, operation)]

    return find


def patterns(value: Any, shape: Any, path: str) -> list[str]:
    """Return the values that aren't of their shape's pattern or enumeration, which botocore leaves to AWS."""
    if shape.type_name == "structure":
        members = [(shape.members[key], one, f"{path}.{key}") for key, one in value.items()]
    elif shape.type_name == "list":
        members = [(shape.member, one, path) for one in value]
    else:
        # Python has no classes such as \p{L}; AWS means letters, numbers and spaces by them.
        pattern = re.sub(r"\\p\{\w\}", r"\\w\\s", shape.metadata.get("pattern", ""))
        known = shape.metadata.get("enum")
        matches = not pattern or re.search(pattern, deployed(str(value)))
        return [] if matches and (not known or value in known) else [f"{path} is {value!r}"]
    return [found for shape_, one, where in members for found in patterns(one, shape_, where)]


def deployed(value: str) -> str:
    """Put into the places of references what a deployment puts there."""
    return re.sub("<[^>]+>", "x", re.sub("^<Roles[^>]+>$", "arn:aws:iam::123456789012:role/x", value))
