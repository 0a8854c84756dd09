"""An execution that promotes the model of an earlier training job."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Run = Callable[..., Any]
Refusal = Callable[..., str]
JOB = "lda-dev-run-1-0a1b2c3d-0"
BUCKET = "data-bucket"
KEY = f"models/{JOB}/output/model.tar.gz"


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


@pytest.fixture(autouse=True)
def trained_model(bucket: Any, sagemaker: Any) -> None:
    """A completed training job, and its model in the bucket."""
    sagemaker.training_job = described()
    bucket.objects[KEY] = b"a model"


@pytest.fixture
def promote(run: Run) -> Run:
    """Return a function that inspects the promotion of JOB, with further fields of the input."""
    return lambda **fields: run({"promote_training_job": JOB, **fields})


@pytest.fixture
def refused(run: Run, refusal: Refusal) -> Refusal:
    """Return a function from further fields of the input to the text of the error."""
    return lambda *, training=None, **fields: refusal(
        run, {"promote_training_job": JOB, **fields}, training=training
    )


def test_an_earlier_model_is_tested_with_a_small_document_and_nothing_is_trained(promote: Run) -> None:
    found = promote(minimum_pwll=-3, started_by="zoe")
    assert found.pop("job_name_base").startswith("lda-dev-run-1-")
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
        "accept_new_vocabulary": False,
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


def test_a_vocabulary_of_few_words_makes_a_short_document(promote: Run, sagemaker: Any) -> None:
    sagemaker.training_job = described(HyperParameters={"feature_dim": "3"})
    assert promote()["smoke_test"] == {"keys": [0, 1, 2], "values": [1.0, 1.0, 1.0], "shape": [3]}


def test_the_models_of_the_open_algorithm_have_their_own_folder(
    run: Run, refused: Refusal, bucket: Any, sagemaker: Any
) -> None:
    algorithm = {"algorithm": "open"}
    key = f"models/open/{JOB}/output/model.tar.gz"
    assert f"would be at s3://{BUCKET}/{key}" in refused(training=algorithm)
    bucket.objects[key] = b"a model"
    sagemaker.training_job = described(ModelArtifacts={"S3ModelArtifacts": f"s3://{BUCKET}/{key}"})
    assert run({"promote_training_job": JOB}, training=algorithm)["promote_training_job"] == JOB


def test_a_job_of_another_deployment_is_not_described(refused: Refusal, sagemaker: Any) -> None:
    assert "their names begin with lda-dev-" in refused(promote_training_job="lda-prod-run-0")
    assert "their names begin with lda-dev-" in refused(promote_training_job="lda-devil-0")
    assert sagemaker.described_jobs == []


def test_a_missing_job_is_named_with_sagemakers_message(refused: Refusal, sagemaker: Any) -> None:
    sagemaker.training_job = client_error("ValidationException", "Requested resource not found.")
    assert refused() == (
        f"There is no training job '{JOB}' (Requested resource not found). Name one of those that "
        "`python -m client history` lists."
    )


def test_a_missing_permission_isnt_a_problem_of_the_input(promote: Run, sagemaker: Any) -> None:
    sagemaker.training_job = client_error("AccessDeniedException", "not you")
    with pytest.raises(ClientError, match="not you"):
        promote()


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
    refused: Refusal, sagemaker: Any, changes: dict[str, Any], sentence: str
) -> None:
    sagemaker.training_job = described(**changes)
    assert sentence in refused()


def test_a_model_that_was_deleted_is_refused(refused: Refusal, bucket: Any) -> None:
    del bucket.objects[KEY]
    assert refused() == (f"The model of the training job '{JOB}' is gone: s3://{BUCKET}/{KEY} doesn't exist.")


def test_the_quota_of_the_endpoint_is_checked_and_that_of_training_isnt(
    refused: Refusal, quotas: Any
) -> None:
    quotas.values = {"ml.c4.xlarge for endpoint usage": 1.0}
    found = refused(tol=1)
    assert found.startswith("2 problems: (1) The execution's input asks for promote_training_job, which")
    assert "'ml.c4.xlarge for endpoint usage' is 1" in found
