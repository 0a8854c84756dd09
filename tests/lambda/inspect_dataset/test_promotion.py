import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

LoadHandler = Callable[..., Any]
JOB = "lda-dev-run-1-0a1b2c3d-0"
BUCKET = "data-bucket"
KEY = f"models/{JOB}/output/model.tar.gz"
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
    "max_runtime_seconds": 3600,
    "jobs_at_once": 2,
    "price_per_instance_hour": None,
    "algorithm": "built-in",
}
QUOTA = {"QuotaName": "ml.c4.xlarge for endpoint usage", "QuotaCode": "L-1", "Value": 2.0}


def described(**changes: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": JOB,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{JOB}",
        "TrainingJobStatus": "Completed",
        "ModelArtifacts": {"S3ModelArtifacts": f"s3://{BUCKET}/{KEY}"},
        "HyperParameters": {"feature_dim": "50", "num_topics": "5"},
        **changes,
    }


def client_error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeTrainingJob")


class FakeQuotas:
    def __init__(self) -> None:
        self.listed = [QUOTA]

    def get_paginator(self, _operation: str) -> "FakeQuotas":
        return self

    def paginate(self, **_request: Any) -> Any:
        return [{"Quotas": self.listed}]


class FakeSageMaker:
    """SageMaker's own API description, and one training job."""

    def __init__(self, meta: Any) -> None:
        self.meta = meta
        self.answer: dict[str, Any] | Exception = described()
        self.described: list[str] = []

    def describe_training_job(self, *, TrainingJobName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        self.described.append(TrainingJobName)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        return {"EndpointName": EndpointName}


@pytest.fixture
def handler(load_handler: LoadHandler, fake_s3: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("INPUT_DEFAULTS", json.dumps(DEFAULTS))
    monkeypatch.setenv("TRAINING", json.dumps(TRAINING))
    monkeypatch.setenv("ENDPOINT", json.dumps({"instance_type": "ml.c4.xlarge", "instance_count": 1}))
    loaded = load_handler(
        "inspect_dataset", DATA_BUCKET=BUCKET, JOB_PREFIX="lda-dev", ENDPOINT_NAME="lda-dev"
    )
    fake_s3.objects[KEY] = b"a model"
    monkeypatch.setattr(loaded, "_S3", fake_s3)
    monkeypatch.setattr(loaded, "_QUOTAS", FakeQuotas())
    monkeypatch.setattr(loaded, "_SAGEMAKER", FakeSageMaker(loaded._SAGEMAKER.meta))
    return loaded


def run(handler: Any, **given: Any) -> Any:
    event = {
        "input": {"promote_training_job": JOB, **given},
        "execution_name": "back",
        "execution_arn": "arn",
    }
    return handler.handler(event, None)


def refusal(handler: Any, **given: Any) -> str:
    with pytest.raises(ValueError, match=r".") as raised:
        run(handler, **given)
    assert type(raised.value).__name__ == "InvalidInputError"
    return str(raised.value)


def test_an_earlier_model_is_tested_with_a_small_document_and_nothing_is_trained(
    handler: Any,
) -> None:
    found = run(handler, minimum_pwll=-3, started_by="zoe")
    assert found.pop("job_name_base").startswith("lda-dev-back-")
    words = list(range(20))
    assert found == {
        "dataset": None,
        "candidates": [],
        "channels": None,
        "content_type": None,
        "test_split": None,
        "smoke_test": {"keys": words, "values": [1.0] * 20, "shape": [50]},
        "promote": True,
        "minimum_pwll": -3,
        "require_promotion": False,
        "dry_run": False,
        "promote_training_job": JOB,
        "started_by": "zoe",
        "report": {
            "dataset": None,
            "documents": None,
            "vocabulary": 50,
            "tokens": None,
            "candidates": [],
            "training": None,
            "promote_training_job": JOB,
            "notes": [],
        },
    }


def test_a_vocabulary_of_few_words_makes_a_short_document(handler: Any) -> None:
    handler._SAGEMAKER.answer = described(HyperParameters={"feature_dim": "3"})
    assert run(handler)["smoke_test"] == {"keys": [0, 1, 2], "values": [1.0, 1.0, 1.0], "shape": [3]}


def test_the_models_of_the_open_algorithm_have_their_own_folder(
    handler: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRAINING", json.dumps({**TRAINING, "algorithm": "open"}))
    assert f"would be at s3://{BUCKET}/models/open/{JOB}/output/model.tar.gz" in refusal(handler)
    handler._S3.objects[f"models/open/{JOB}/output/model.tar.gz"] = b"a model"
    archive = f"s3://{BUCKET}/models/open/{JOB}/output/model.tar.gz"
    handler._SAGEMAKER.answer = described(ModelArtifacts={"S3ModelArtifacts": archive})
    assert run(handler)["promote_training_job"] == JOB


def test_a_job_of_another_deployment_is_not_described(handler: Any) -> None:
    assert "their names begin with lda-dev-" in refusal(handler, promote_training_job="lda-prod-run-0")
    assert "their names begin with lda-dev-" in refusal(handler, promote_training_job="lda-devil-0")
    assert handler._SAGEMAKER.described == []


def test_a_missing_job_is_named_with_sagemakers_message(handler: Any) -> None:
    handler._SAGEMAKER.answer = client_error("ValidationException", "Requested resource not found.")
    assert refusal(handler) == (
        f"There is no training job '{JOB}' (Requested resource not found). Name one of those that "
        "`python -m client history` lists."
    )


def test_missing_permission_isnt_a_problem_of_the_input(handler: Any) -> None:
    handler._SAGEMAKER.answer = client_error("AccessDeniedException", "not you")
    with pytest.raises(ClientError, match="not you"):
        run(handler)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"TrainingJobStatus": "InProgress"}, f"'{JOB}' is InProgress: it left no"),
        (
            {"TrainingJobStatus": "Failed", "FailureReason": "bad data"},
            "is Failed (bad data): it",
        ),
        ({"ModelArtifacts": {}}, "is at no URL"),
        (
            {"ModelArtifacts": {"S3ModelArtifacts": "s3://other/model.tar.gz"}},
            "is at s3://other/model.tar.gz",
        ),
        ({"HyperParameters": {}}, "has no hyperparameter feature_dim"),
    ],
)
def test_a_job_without_a_model_to_serve_is_refused(
    handler: Any, changes: dict[str, Any], sentence: str
) -> None:
    handler._SAGEMAKER.answer = described(**changes)
    assert sentence in refusal(handler)


def test_a_model_that_was_deleted_is_refused(handler: Any) -> None:
    del handler._S3.objects[KEY]
    assert refusal(handler) == (
        f"The model of the training job '{JOB}' is gone: s3://{BUCKET}/{KEY} doesn't exist."
    )


def test_the_quota_of_the_endpoint_is_checked_and_that_of_training_isnt(handler: Any) -> None:
    handler._QUOTAS.listed = [{**QUOTA, "Value": 1.0}]
    found = refusal(handler, tol=1)
    assert found.startswith("2 problems: (1) The execution's input asks for promote_training_job, which")
    assert "'ml.c4.xlarge for endpoint usage' is 1" in found
