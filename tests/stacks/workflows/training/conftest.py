"""The training state machine as deployed, run by ministack's interpreter with scripted services."""

import json
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.templates import TemplateOf, deployed_definition, listed, of_type, text
from tests.stacks.workflows.interpreter import Run, error, interpret

FUNCTIONS = {"InspectDataset", "EvaluateModel", "SmokeTest"}
WAITING_TIME = "$millis() + 1000 * $number('3600')"
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
    "report": {"dataset": "griffiths", "training": {"max_concurrency": 1}},
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
TOPICS = [{"id": 0, "share": 1.0, "words": ["ant", "bee"]}]
EVALUATION = {
    "promote": True,
    "reason": "No model serves yet.",
    "training_job": JOB_NAME,
    "model_data_url": URL,
    "num_topics": 10,
    "metrics": METRICS,
    "runs": RUNS,
    "topics": TOPICS,
    "completion": -2.5,
    "warnings": ["1 topic is dead."],
    "incumbent": "",
    "summary": "One model was trained.",
}
NOT_RECOMMENDED = {
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
    "topics": TOPICS,
    "completion": -2.5,
    "warnings": ["1 topic is dead."],
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


@pytest.fixture(scope="session")
def aws() -> types.SimpleNamespace:
    """The data of an execution and the answers of its services."""
    return types.SimpleNamespace(
        url=URL,
        old=OLD,
        input=INPUT,
        job=JOB,
        evaluation=EVALUATION,
        promoted=PROMOTED,
        not_recommended=NOT_RECOMMENDED,
        stack=stack,
        event=event,
        error=error,
    )


@pytest.fixture(scope="session")
def training(template: TemplateOf) -> dict[str, Any]:
    return template("Training")


@pytest.fixture(scope="session")
def machine(training: dict[str, Any]) -> dict[str, Any]:
    return dict(training["Resources"]["LdaDevMachine"]["Properties"])


@pytest.fixture(scope="session")
def definition(machine: dict[str, Any]) -> str:
    return deployed_definition(machine)


@pytest.fixture(scope="session")
def states(definition: str) -> dict[str, Any]:
    """Every state by its name, those inside the Map too."""
    outer = json.loads(definition)["States"]
    return {**outer, **outer["TrainCandidates"]["ItemProcessor"]["States"]}


@pytest.fixture
def run(definition: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the machine in ministack's own interpreter: no server, no waiting."""

    def execute(*, execution_input: str = "{}", late: tuple[str, ...] = (), **answers: Any) -> Run:
        return interpret(
            past_deadline(definition, late),
            {**default_answers(), **answers},
            monkeypatch,
            functions=FUNCTIONS,
            execution_input=execution_input,
        )

    return execute


def past_deadline(definition: str, names: tuple[str, ...]) -> str:
    """Let the deadline that these states set be in the past."""
    document = json.loads(definition)
    for name in names:
        state = json.dumps(document["States"][name])
        assert WAITING_TIME in state
        document["States"][name] = json.loads(state.replace(WAITING_TIME, "$millis() - 1"))
    return json.dumps(document)


def default_answers() -> dict[str, list[Any]]:
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


@pytest.fixture
def job_of(template: TemplateOf, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function from settings to the arguments of createTrainingJob."""

    def load(**settings: object) -> Any:
        machine = template("Training", **settings)["Resources"]["LdaDevMachine"]["Properties"]
        ended = interpret(deployed_definition(machine), default_answers(), monkeypatch, functions=FUNCTIONS)
        (job,) = ended.of("createTrainingJob.sync")
        return job

    return load
