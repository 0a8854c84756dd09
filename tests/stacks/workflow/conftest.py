"""The state machine as it is deployed, run by ministack's interpreter with scripted services."""

import json
import re
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ministack.services import stepfunctions

TemplateOf = Callable[..., dict[str, Any]]
URL = "s3://bucket/models/lda-dev-run-0123abcd-0/output/model.tar.gz"
OLD = "s3://bucket/models/lda-dev-old-89abcdef-0/output/model.tar.gz"
INPUT = {
    "dataset": "griffiths",
    "job_name_base": "lda-dev-run-0123abcd",
    "candidates": [
        {"name": "lda-dev-run-0123abcd", "hyperparameters": {"num_topics": "10", "feature_dim": "25"}}
    ],
    "channels": {
        "train": "s3://bucket/datasets/griffiths/train/",
        "test": "s3://bucket/datasets/griffiths/test/",
    },
    "content_type": "application/x-recordio-protobuf",
    "test_split": "split",
    "smoke_test": {"keys": [1], "values": [2.0], "shape": [25]},
    "promote": True,
    "minimum_pwll": None,
    "require_promotion": False,
    "dry_run": False,
    "promote_training_job": None,
    "started_by": "someone",
    "report": {"dataset": "griffiths", "training": {"jobs_at_once": 1}},
}
JOB_NAME = "lda-dev-run-0123abcd-0"
JOB = {
    "TrainingJobName": JOB_NAME,
    "TrainingJobStatus": "Completed",
    "SecondaryStatus": "Completed",
    "ModelArtifacts": {"S3ModelArtifacts": URL},
}
METRICS = {"test:pwll": -2.5}
RUNS = [{"training_job": JOB_NAME, "num_topics": 10, "alpha0": 1.0, "pwll": -2.5, "reason": ""}]
EVALUATION = {
    "promote": True,
    "reason": "No model serves yet.",
    "training_job": JOB_NAME,
    "model_data_url": URL,
    "num_topics": 10,
    "metrics": METRICS,
    "runs": RUNS,
    "incumbent": "",
    "summary": "One model was trained.",
}
NOT_WORTH = {
    **EVALUATION,
    "promote": False,
    "reason": "test:pwll -3 against -2 of the serving model x.",
    "incumbent": OLD,
}
PROMOTED = {
    "training_job": JOB_NAME,
    "model_data_url": URL,
    "metrics": METRICS,
    "promoted": True,
    "reason": "No model serves yet.",
    "endpoint": "lda-dev",
    "runs": RUNS,
}


def stack(status: str, url: str) -> dict[str, Any]:
    parameters = [
        {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/x/version"},
        {"ParameterKey": "ModelDataUrl", "ParameterValue": url},
    ]
    return {"Stacks": [{"StackName": "DevServing", "StackStatus": status, "Parameters": parameters}]}


def event(resource: str, status: str, reason: str | None, of: str = "lda-dev-run-0123abcd") -> dict[str, Any]:
    fields = {"LogicalResourceId": resource, "ResourceStatus": status, "ClientRequestToken": of}
    return fields if reason is None else {**fields, "ResourceStatusReason": reason}


def error(name: str, cause: Any) -> Any:
    return stepfunctions._ExecutionError(name, cause)


@pytest.fixture(scope="session")
def aws() -> types.SimpleNamespace:
    """What services are asked and answer."""
    return types.SimpleNamespace(
        url=URL,
        old=OLD,
        input=INPUT,
        job=JOB,
        evaluation=EVALUATION,
        promoted=PROMOTED,
        not_worth=NOT_WORTH,
        stack=stack,
        event=event,
        error=error,
    )


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
        is_function = name in {"InspectDataset", "EvaluateModel", "SmokeTest"}
        return {"StatusCode": 200, "Payload": answer} if is_function else answer


@pytest.fixture(scope="session")
def training(template: TemplateOf) -> dict[str, Any]:
    return template("Training")


@pytest.fixture(scope="session")
def machine(training: dict[str, Any]) -> dict[str, Any]:
    return dict(training["Resources"]["LdaDevMachine"]["Properties"])


@pytest.fixture(scope="session")
def definition(machine: dict[str, Any]) -> str:
    return text(machine["DefinitionString"])


@pytest.fixture(scope="session")
def states(definition: str) -> dict[str, Any]:
    """Every state by its name, those inside the Map too."""
    outer = json.loads(definition)["States"]
    return {**outer, **outer["TrainCandidates"]["ItemProcessor"]["States"]}


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


@pytest.fixture
def run(definition: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the machine in ministack's own interpreter: no server, no waiting."""
    monkeypatch.setattr(stepfunctions, "_SFN_WAIT_SCALE", 0)
    monkeypatch.setattr(stepfunctions, "time", types.SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr(stepfunctions, "_emit_execution_status_event", lambda _: None)
    arn = "arn:aws:states:us-east-1:000000000000:execution:M:run"

    def execute(*, given: str = "{}", late: tuple[str, ...] = (), **answers: Any) -> Run:
        own = {name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()}
        services = Services({**happy(), **own})
        monkeypatch.setattr(stepfunctions, "_invoke_resource", services)
        machine = {"definition": overdue(definition, late), "name": "M"}
        monkeypatch.setitem(stepfunctions._state_machines, "arn:machine", machine)
        execution: dict[str, Any] = {
            "executionArn": arn,
            "stateMachineArn": "arn:machine",
            "name": "run",
            "startDate": "2026-01-01T00:00:00Z",
            "input": given,
            "status": "RUNNING",
            "events": [],
        }
        monkeypatch.setitem(stepfunctions._executions, arn, execution)
        stepfunctions._run_execution(arn)
        entered = [found.get("stateEnteredEventDetails") for found in execution["events"]]
        visited = [details["name"] for details in entered if details]
        output = json.loads(execution["output"])
        ended = (execution["status"], output, execution.get("error"), execution.get("cause"))
        return Run(*ended, visited, services.calls)

    return execute


def overdue(definition: str, names: tuple[str, ...]) -> str:
    """Let the time to wait that these states begin be over at once."""
    document = json.loads(definition)
    for name in names:
        state = json.dumps(document["States"][name])
        assert "$millis() + 3600000" in state
        document["States"][name] = json.loads(state.replace("$millis() + 3600000", "$millis() - 1"))
    return json.dumps(document)


def happy() -> dict[str, list[Any]]:
    return {
        "InspectDataset": [INPUT],
        "createTrainingJob.sync": [JOB],
        "EvaluateModel": [EVALUATION],
        "describeStacks": [stack("CREATE_COMPLETE", ""), stack("UPDATE_COMPLETE", URL)],
        "updateStack": [{"StackId": "arn"}],
        "describeStackEvents": [{"StackEvents": []}],
        "SmokeTest": [{"endpoint": "lda-dev", "topic_mixture": [1.0]}],
        "publish": [{"MessageId": "1"}],
    }


@pytest.fixture(scope="session")
def granted(training: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of the machine's role, its actions and resources as lists of text."""
    (role,) = [name for name in of_type(training, "AWS::IAM::Role") if name.startswith("WorkflowMachineRole")]
    policies = [policy["Properties"] for policy in of_type(training, "AWS::IAM::Policy").values()]
    documents = [policy["PolicyDocument"] for policy in policies if {"Ref": role} in policy["Roles"]]
    return [
        {
            "actions": listed(statement["Action"]),
            "resources": [text(resource) for resource in listed(statement["Resource"])],
            "condition": statement.get("Condition"),
        }
        for document in documents
        for statement in document["Statement"]
    ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="session")
def job_of(template: TemplateOf) -> Callable[..., Any]:
    """Return a function from settings to the arguments of createTrainingJob."""

    def load(**settings: object) -> Any:
        found = template("Training", **settings)["Resources"]["LdaDevMachine"]
        states = json.loads(text(found["Properties"]["DefinitionString"]))["States"]
        return states["TrainCandidates"]["ItemProcessor"]["States"]["Train"]["Arguments"]

    return load
