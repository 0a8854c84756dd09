import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.stub import Stubber

from spectral_lda import artifact as original

Load = Callable[..., Any]
Stubbed = Callable[[Any, str, str], Stubber]
BUCKET = "data-bucket"
JOB = "lda-dev-run-0123abcd-0"
URL = f"s3://{BUCKET}/models/{JOB}/output/model.tar.gz"
OTHER = "lda-dev-old-89abcdef-0"
OTHER_URL = f"s3://{BUCKET}/models/{OTHER}/output/model.tar.gz"
GIVEN = {
    "dataset": "griffiths",
    "hyperparameters": {"num_topics": "2"},
    "test_split": "split",
    "minimum_pwll": None,
}


@pytest.fixture
def handler(load: Load, fake_s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    found = load("evaluate_model", DATA_BUCKET=BUCKET, SERVING_STACK="DevServing", PWLL_TOLERANCE="0.05")
    monkeypatch.setattr(found, "_S3", fake_s3)
    original.write(tmp_path / "model.tar.gz", np.array([0.5, 0.5]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    fake_s3.objects[f"models/{JOB}/output/model.tar.gz"] = (tmp_path / "model.tar.gz").read_bytes()
    return found


@pytest.fixture
def sagemaker(handler: Any, stubbed: Stubbed) -> Stubber:
    return stubbed(handler, "_SAGEMAKER", "sagemaker")


@pytest.fixture
def cloudformation(handler: Any, stubbed: Stubbed) -> Stubber:
    return stubbed(handler, "_CLOUDFORMATION", "cloudformation")


def trained(stubber: Stubber, pwll: float = -2.5) -> None:
    metric = {"MetricName": "test:pwll", "Value": pwll, "Timestamp": "2026-01-01T00:00:00Z"}
    stubber.add_response(
        "describe_training_job",
        {
            "TrainingJobName": JOB,
            "TrainingJobArn": "arn:aws:sagemaker:us-east-1:123456789012:training-job/x",
            "ModelArtifacts": {"S3ModelArtifacts": URL},
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": {"VolumeSizeInGB": 1},
            "StoppingCondition": {},
            "CreationTime": "2026-01-01T00:00:00Z",
            "FinalMetricDataList": [metric],
        },
        {"TrainingJobName": JOB},
    )


def serving(stubber: Stubber, url: str) -> None:
    parameters = [
        {"ParameterKey": "BootstrapVersion", "ParameterValue": "/cdk-bootstrap/x/version"},
        {"ParameterKey": "ModelDataUrl", "ParameterValue": url},
    ]
    stack = {
        "StackName": "DevServing",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": parameters,
    }
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "DevServing"})


def run(handler: Any, **given: Any) -> Any:
    return handler.handler({"input": {**GIVEN, **given}, "training_job": JOB}, None)


def test_the_first_models_evaluation_is_written_and_returned(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any
) -> None:
    trained(sagemaker)
    serving(cloudformation, "")
    assert run(handler) == {
        "promote": True,
        "reason": "No model serves yet.",
        "metrics": {"test:pwll": -2.5},
        "incumbent": "",
    }
    written = json.loads(fake_s3.objects[f"evaluations/{JOB}/evaluation.json"])
    diagnostics = written.pop("diagnostics")
    assert diagnostics["num_topics"] == 2
    assert diagnostics["feature_dim"] == 2
    assert written == {
        "training_job": JOB,
        "dataset": "griffiths",
        "test_split": "split",
        "hyperparameters": {"num_topics": "2"},
        "pwll": -2.5,
        "incumbent": None,
        "decision": "promote",
        "reasons": ["No model serves yet."],
    }


def test_a_model_is_compared_with_the_evaluation_of_the_one_that_serves(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any
) -> None:
    fake_s3.objects[f"evaluations/{OTHER}/evaluation.json"] = b'{"pwll": -2.0, "test_split": "split"}'
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    found = run(handler)
    assert found["promote"] is False
    assert found["incumbent"] == OTHER_URL
    written = json.loads(fake_s3.objects[f"evaluations/{JOB}/evaluation.json"])
    assert written["decision"] == "keep"
    assert written["incumbent"] == {"training_job": OTHER, "model_data_url": OTHER_URL, "pwll": -2.0}


def test_a_missing_evaluation_of_the_one_that_serves_is_a_case_and_no_error(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    found = run(handler)
    assert found["promote"] is True
    assert f"{OTHER} has no readable evaluation" in found["reason"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"pwll"'])
def test_a_broken_evaluation_of_the_one_that_serves_doesnt_block_every_later_model(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber, fake_s3: Any, content: bytes
) -> None:
    fake_s3.objects[f"evaluations/{OTHER}/evaluation.json"] = content
    trained(sagemaker)
    serving(cloudformation, OTHER_URL)
    assert "has no readable evaluation" in run(handler)["reason"]


def test_the_bound_of_the_execution_is_applied(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    serving(cloudformation, "")
    assert run(handler, minimum_pwll=-2)["promote"] is False


def test_a_stack_that_isnt_deployed_is_a_sentence(
    handler: Any, sagemaker: Stubber, cloudformation: Stubber
) -> None:
    trained(sagemaker)
    cloudformation.add_client_error(
        "describe_stacks", "ValidationError", "Stack with id DevServing does not exist"
    )
    with pytest.raises(ValueError, match="The stack DevServing isn't deployed"):
        run(handler)


def test_an_archive_that_holds_no_model_is_a_sentence(handler: Any, sagemaker: Stubber, fake_s3: Any) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz"):
        pass
    fake_s3.objects[f"models/{JOB}/output/model.tar.gz"] = file.getvalue()
    trained(sagemaker)
    with pytest.raises(
        ValueError, match=f"{URL} holds no usable model: the archive holds no file model_algo-1"
    ):
        run(handler)
