"""InspectTransform with a dataset in a bucket in memory, and a model in service."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from data_prep import dataset

LoadHandler = Callable[..., Any]
BUCKET = "data-bucket"
COUNTS = np.arange(1, 101).reshape(20, 5)
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
ARN = "arn:aws:states:us-east-1:123456789012:execution:M:run"


class FakeAws:
    """A Serving stack and training jobs, whose refusals are botocore's errors."""

    def __init__(self) -> None:
        self.served: str | None = URL
        self.jobs: dict[str, Any] = {}
        self.complete(JOB)

    def complete(self, name: str) -> None:
        self.jobs[name] = completed(name)

    def describe_stacks(self, **_request: str) -> dict[str, Any]:
        if self.served is None:
            raise refusal_of("ValidationError", "Stack with id DevServing does not exist", "DescribeStacks")
        parameters = [{"ParameterKey": "ModelDataUrl", "ParameterValue": self.served}]
        return {"Stacks": [{"Parameters": parameters}]}

    def describe_training_job(self, **request: str) -> dict[str, Any]:
        name = request["TrainingJobName"]
        if name not in self.jobs:
            raise refusal_of("ValidationException", "Requested resource not found.", "DescribeTrainingJob")
        job: dict[str, Any] | ClientError = self.jobs[name]
        if isinstance(job, ClientError):
            raise job
        return job


def refusal_of(code: str, message: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def completed(name: str) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "TrainingJobStatus": "Completed",
        "ModelArtifacts": {"S3ModelArtifacts": f"s3://{BUCKET}/models/{name}/output/model.tar.gz"},
        "HyperParameters": {"feature_dim": "5", "num_topics": "3"},
        "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
    }


@pytest.fixture
def bucket(fake_s3: Any, tmp_path: Path) -> Any:
    dataset.write(tmp_path, "bars", COUNTS[:16], COUNTS[16:], source="A test.", shard_bytes=100)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            fake_s3.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    fake_s3.objects[URL.removeprefix(f"s3://{BUCKET}/")] = b"a model"
    return fake_s3


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


@pytest.fixture
def load_run(
    load_handler: LoadHandler, bucket: Any, aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Callable[..., Any]]:
    """A function that returns the handler of a deployment of an algorithm."""

    def load(algorithm: str) -> Callable[..., Any]:
        handler = load_handler(
            "inspect_transform",
            DATA_BUCKET=BUCKET,
            JOB_PREFIX="lda-dev",
            SERVING_STACK="DevServing",
            ALGORITHM=algorithm,
            DATASET="bars",
        )
        for name, replacement in (("_S3", bucket), ("_SAGEMAKER", aws), ("_CLOUDFORMATION", aws)):
            monkeypatch.setattr(handler, name, replacement)
        return lambda given: handler.handler({"input": given, "execution_arn": ARN}, None)

    return load


@pytest.fixture
def run(load_run: Callable[[str], Callable[..., Any]]) -> Callable[..., Any]:
    return load_run("built-in")


@pytest.fixture
def refusal() -> Callable[[Callable[..., Any], Any], str]:
    return _refusal


def _refusal(run: Callable[..., Any], given: Any) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        run(given)
    assert type(raised.value).__name__ == "InvalidInputError"
    return str(raised.value)
