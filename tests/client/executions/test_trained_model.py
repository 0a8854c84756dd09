"""The words and topics of a trained model, read from its evaluation and its model.tar.gz."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from botocore.response import StreamingBody

from client.deployment import Deployment
from client.errors import UserError
from client.executions.trained_model import read_model, serving_text
from data_prep.text.preparation import Preparation
from data_prep.text.tokens import TokenRules
from spectral_lda import Model
from tests.client.conftest import StubbedAws

JOB = "lda-dev-run-0"
URL = f"s3://bucket/models/open/{JOB}/output/model.tar.gz"


PREPARATION = Preparation(TokenRules(stop_words=frozenset({"the"})), 1, "en", ("ant", "bee"))


def respond_bucket(aws: StubbedAws) -> None:
    aws.respond_stack("DevStorage", outputs={"DataBucketName": "bucket"})


def respond_serving(aws: StubbedAws, url: str = URL) -> None:
    """Prepare the parameter that says which model is in service."""
    stack = {
        "StackName": "DevServing",
        "CreationTime": "2026-01-01T00:00:00Z",
        "StackStatus": "UPDATE_COMPLETE",
        "Parameters": [{"ParameterKey": "ModelDataUrl", "ParameterValue": url}],
    }
    aws.respond("cloudformation", "describe_stacks", {"Stacks": [stack]}, StackName="DevServing")


def respond_object(aws: StubbedAws, key: str, content: bytes | None) -> None:
    if content is None:
        aws.respond_error("s3", "get_object", "NoSuchKey", "The specified key does not exist.")
        return
    stream = StreamingBody(io.BytesIO(content), len(content))
    aws.respond("s3", "get_object", {"Body": stream}, Bucket="bucket", Key=key)


def respond_text(aws: StubbedAws, contents: dict[str, bytes]) -> None:
    """Prepare the model in service and what its evaluation keeps."""
    respond_bucket(aws)
    respond_serving(aws)
    for name in ("vocabulary.txt", "preparation.json", "evaluation.json"):
        respond_object(aws, f"evaluations/{JOB}/{name}", contents.get(name))


def test_the_words_of_the_model_in_service_are_those_of_its_evaluation(
    aws: StubbedAws, deployment: Deployment
) -> None:
    evaluation = {"diagnostics": {"topics": [{"words": ["ant"]}, {"words": ["bee"]}]}}
    contents = {
        "vocabulary.txt": b"ant\nbee\n",
        "preparation.json": PREPARATION.to_json().encode(),
        "evaluation.json": json.dumps(evaluation).encode(),
    }
    respond_text(aws, contents)
    found = serving_text(deployment)
    assert found.preparation == PREPARATION
    assert found.topics == [["ant"], ["bee"]]


def test_a_model_that_was_trained_on_counts_takes_no_text(aws: StubbedAws, deployment: Deployment) -> None:
    respond_text(aws, {"vocabulary.txt": b"ant\nbee\n", "evaluation.json": b"{}"})
    with pytest.raises(UserError, match=r"lda-dev-run-0, was trained on counts.*topics train SOURCE"):
        serving_text(deployment)


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    model = Model(np.array([0.6, 0.2]), np.array([[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]]))
    model.save(tmp_path / "model.tar.gz")
    return (tmp_path / "model.tar.gz").read_bytes()


def respond_model(aws: StubbedAws, archive: bytes, vocabulary: bytes | None) -> None:
    respond_object(aws, f"evaluations/{JOB}/evaluation.json", json.dumps({"model_data_url": URL}).encode())
    respond_object(aws, URL.removeprefix("s3://bucket/"), archive)
    respond_object(aws, f"evaluations/{JOB}/vocabulary.txt", vocabulary)


def test_a_model_is_read_with_its_words(aws: StubbedAws, deployment: Deployment, archive: bytes) -> None:
    respond_bucket(aws)
    respond_model(aws, archive, b"ant\nbee\ncat\n")
    found = read_model(deployment, JOB)
    assert (found.training_job, found.vocabulary) == (JOB, ("ant", "bee", "cat"))
    np.testing.assert_allclose(found.shares, [0.75, 0.25])
    np.testing.assert_allclose(found.model.beta[0], [0.7, 0.2, 0.1], atol=1e-6)


def test_without_a_job_it_is_the_model_in_service(
    aws: StubbedAws, deployment: Deployment, archive: bytes
) -> None:
    respond_bucket(aws)
    respond_serving(aws)
    respond_model(aws, archive, None)
    found = read_model(deployment)
    assert (found.training_job, found.vocabulary) == (JOB, ("0", "1", "2"))


def test_a_vocabulary_of_another_size_is_refused(
    aws: StubbedAws, deployment: Deployment, archive: bytes
) -> None:
    respond_bucket(aws)
    respond_model(aws, archive, b"ant\nbee\n")
    with pytest.raises(UserError, match=r"evaluations/lda-dev-run-0/vocabulary.txt has 2 words, the model 3"):
        read_model(deployment, JOB)


def test_a_job_without_an_evaluation_is_refused(aws: StubbedAws, deployment: Deployment) -> None:
    respond_bucket(aws)
    respond_object(aws, "", None)
    with pytest.raises(UserError, match=r"lda-dev has no evaluated model other: topics history lists them"):
        read_model(deployment, "other")


def test_no_model_in_service_is_a_sentence(aws: StubbedAws, deployment: Deployment) -> None:
    respond_bucket(aws)
    respond_serving(aws, url="")
    with pytest.raises(UserError, match="No model is in service: run topics train"):
        read_model(deployment)
