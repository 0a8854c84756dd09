"""The bulk scoring state machine as deployed, run by ministack's interpreter with scripted services."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.templates import TemplateOf, deployed_definition
from tests.stacks.workflows.interpreter import Run, interpret

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
    """The result of InspectTransform."""
    return INPUT


@pytest.fixture(scope="session")
def job() -> dict[str, Any]:
    """The description of a completed job."""
    return JOB


@pytest.fixture(scope="session")
def machine_of(template: TemplateOf) -> Callable[..., dict[str, Any]]:
    """Return a function from settings to the machine's properties."""
    return lambda **settings: dict(template("Training", **settings)["Resources"][MACHINE]["Properties"])


@pytest.fixture(scope="session")
def states(machine_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return dict(json.loads(deployed_definition(machine_of()))["States"])


@pytest.fixture
def run(machine_of: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the machine in ministack's own interpreter: no server, no waiting."""

    def execute(
        *, execution_input: str = "{}", settings: dict[str, object] | None = None, **answers: Any
    ) -> Run:
        definition = deployed_definition(machine_of(**settings or {}))
        return interpret(
            definition,
            {**default_answers(), **answers},
            monkeypatch,
            functions={"InspectTransform"},
            execution_input=execution_input,
        )

    return execute


def default_answers() -> dict[str, list[Any]]:
    return {
        "InspectTransform": [INPUT],
        "createModel": [{"ModelArn": "arn"}],
        "createTransformJob.sync": [JOB],
        "deleteModel": [{}],
        "publish": [{"MessageId": "1"}],
    }
