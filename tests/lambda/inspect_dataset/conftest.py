"""InspectDataset with a dataset in a bucket in memory, the account's quotas, and an endpoint."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from data_prep import dataset

LoadHandler = Callable[..., Any]
BUCKET = "data-bucket"
MANIFEST = "datasets/bars/manifest.json"
TRAIN = "datasets/bars/train/part-00000.pbr"
TEST = "datasets/bars/test/part-00000.pbr"
COUNTS = np.arange(1, 101).reshape(20, 5)
DEFAULTS = {
    "dataset": "bars",
    "num_topics": 3,
    "alpha0": 1.0,
    "max_restarts": 10,
    "max_iterations": 1000,
    "tol": 1e-8,
    "promote": True,
    "minimum_pwll": None,
    "require_promotion": False,
}


TRAINING = {
    "instance_type": "ml.c4.2xlarge",
    "instance_count": 1,
    "max_runtime_seconds": 5400,
    "jobs_at_once": 2,
    "price_per_instance_hour": 0.5,
    "algorithm": "built-in",
}
ENDPOINT = {"instance_type": "ml.c4.xlarge", "instance_count": 1}
FOR_TRAINING = "ml.c4.2xlarge for training job usage"
FOR_ENDPOINT = "ml.c4.xlarge for endpoint usage"


class FakeQuotas:
    """The account's quotas, one a page; `refusal` is raised by the second page."""

    def __init__(self) -> None:
        self.values = {"ml.m5.large for training job usage": 0.0, FOR_TRAINING: 20.0, FOR_ENDPOINT: 20.0}
        self.refusal: Exception | None = None

    def get_paginator(self, operation: str) -> "FakeQuotas":
        assert operation == "list_service_quotas"
        return self

    def paginate(self, *, ServiceCode: str, PaginationConfig: dict[str, int]) -> Any:  # noqa: N803 -- boto3's names
        assert (ServiceCode, PaginationConfig) == ("sagemaker", {"PageSize": 100})
        for number, (name, value) in enumerate(self.values.items()):
            yield {"Quotas": [{"QuotaName": name, "QuotaCode": f"L-{number}", "Value": value}]}
            if self.refusal:
                raise self.refusal


class FakeSageMaker:
    """SageMaker's own API description, a training job, and the endpoint or, without one, `refusal`."""

    def __init__(self, meta: Any) -> None:
        self.meta = meta
        self.training_job: dict[str, Any] | Exception = {}
        self.described_jobs: list[str] = []
        self.serves = True
        self.status = "InService"
        self.refusal = ("ValidationException", 'Could not find endpoint "lda-dev".')

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        self.described_jobs.append(TrainingJobName)
        if isinstance(self.training_job, Exception):
            raise self.training_job
        return self.training_job

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert EndpointName == "lda-dev"
        if not self.serves:
            code, message = self.refusal
            raise ClientError({"Error": {"Code": code, "Message": message}}, "DescribeEndpoint")
        return {"EndpointName": EndpointName, "EndpointStatus": self.status}


class FakeCloudFormation:
    """The Serving stack; None for none."""

    def __init__(self) -> None:
        self.stack: dict[str, Any] | None = {"StackStatus": "CREATE_COMPLETE"}

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert StackName == "DevServing"
        if self.stack is None:
            message = "Stack with id DevServing does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        return {"Stacks": [self.stack]}


@pytest.fixture
def cloudformation() -> FakeCloudFormation:
    return FakeCloudFormation()


@pytest.fixture
def quotas() -> FakeQuotas:
    return FakeQuotas()


@pytest.fixture
def handler(load_handler: LoadHandler) -> Any:
    return load_handler(
        "inspect_dataset",
        DATA_BUCKET=BUCKET,
        JOB_PREFIX="lda-dev",
        ENDPOINT_NAME="lda-dev",
        SERVING_STACK="DevServing",
    )


@pytest.fixture
def sagemaker(handler: Any) -> FakeSageMaker:
    return FakeSageMaker(handler._SAGEMAKER.meta)


@pytest.fixture
def bucket(fake_s3: Any, tmp_path: Path) -> Any:
    dataset.write(tmp_path, "bars", COUNTS[:16], COUNTS[16:], source="A test.", shard_bytes=100)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            fake_s3.objects[str(path.relative_to(tmp_path))] = path.read_bytes()
    return fake_s3


@pytest.fixture
def run(
    handler: Any,
    bucket: Any,
    quotas: FakeQuotas,
    sagemaker: FakeSageMaker,
    cloudformation: FakeCloudFormation,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Any]:
    services = {
        "_S3": bucket,
        "_QUOTAS": quotas,
        "_SAGEMAKER": sagemaker,
        "_CLOUDFORMATION": cloudformation,
    }
    for name, replacement in services.items():
        monkeypatch.setattr(handler, name, replacement)
    monkeypatch.setenv("INPUT_DEFAULTS", json.dumps(DEFAULTS))

    def inspect(execution_input: Any, training: Any = None, endpoint: Any = None) -> Any:
        monkeypatch.setenv("TRAINING", json.dumps({**TRAINING, **(training or {})}))
        monkeypatch.setenv("ENDPOINT", json.dumps({**ENDPOINT, **(endpoint or {})}))
        event = {
            "input": execution_input,
            "execution_name": "Run_1",
            "execution_arn": "arn:aws:states:::execution:M:Run_1",
        }
        return handler.handler(event, None)

    return inspect


def _edit_manifest(bucket: Any, edit: Callable[[Any], None]) -> None:
    document = json.loads(bucket.objects[MANIFEST])
    edit(document)
    bucket.objects[MANIFEST] = json.dumps(document).encode()


def _refusal(run: Callable[..., Any], execution_input: Any, **settings: Any) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        run(execution_input, **settings)
    assert type(raised.value).__name__ == "InvalidInputError"
    return str(raised.value)


def _as_csv(bucket: Any, content_type: str, train: bytes = b"0,0,0,0,0\r\n1,2,3,4,5\r\n") -> None:
    """Replace each split's shards by one CSV shard."""
    contents = {"train": train, "test": b"0,0,0,0,0\n0,7,0,0,0\n0,1"}

    def describe(manifest: Any) -> None:
        manifest["content_type"] = content_type
        for part, content in contents.items():
            for shard in manifest["splits"][part]["shards"]:
                bucket.objects.pop(shard["key"], None)
            key = f"datasets/bars/{part}/a.csv"
            bucket.objects[key] = content
            shard = {"key": key, "bytes": len(content), "sha256": "0" * 64, "s3_checksum": None}
            manifest["splits"][part]["shards"] = [shard]

    _edit_manifest(bucket, describe)


@pytest.fixture
def refusal() -> Any:
    return _refusal


@pytest.fixture
def edit_manifest() -> Any:
    return _edit_manifest


@pytest.fixture
def as_csv() -> Any:
    return _as_csv
