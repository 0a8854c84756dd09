"""Training jobs on the local SageMaker, with its files, FIFOs, hosts and logs."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import spectral_lda
from data_prep import recordio
from data_prep.text.preparation import Preparation
from tests.local_aws.sagemaker.helpers.local_server import BUCKET, Aws, running

IMAGES = Path(__file__).parents[2] / "container" / "local-images.toml"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/spectral-lda:1"
GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    aws_server = Aws(tmp_path_factory.mktemp("aws"))
    aws_server.images = IMAGES
    with running(aws_server):
        yield aws_server


@pytest.fixture(scope="module")
def role(aws: Aws) -> str:
    return aws.role([{"Action": "*", "Resource": "*"}])


@pytest.fixture(scope="module")
def lda(aws: Aws, role: str, counts: Any) -> dict[str, Any]:
    """A job with two channels; the training documents are in three shards."""
    for number, part in enumerate(np.array_split(counts, 3)):
        put(aws, f"lda/train/part-{number}.pbr", part)
    put(aws, "lda/test/part-0.pbr", counts[:10])
    job = aws.job(role, num_topics="2", feature_dim="4", mini_batch_size="60")
    job["AlgorithmSpecification"] = {
        "TrainingImage": IMAGE,
        "TrainingInputMode": "File",
        "MetricDefinitions": [{"Name": "test:pwll", "Regex": r"test pwll <score>=(\S+)"}],
    }
    job["InputDataConfig"] = [channel("train"), channel("test")]
    return job


def put(aws: Aws, key: str, counts: Any) -> None:
    content = io.BytesIO()
    recordio.write(content, counts)
    aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content.getvalue())


def channel(name: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/lda/{name}/"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def run_training(aws: Aws, folder: Path, job: dict[str, Any]) -> tuple[spectral_lda.Model, float]:
    """Run a job and return its model and score."""
    description = aws.train(job)
    assert description["TrainingJobStatus"] == "Completed", description["FailureReason"]
    key = description["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
    path = folder / f"{job['TrainingJobName']}.tar.gz"
    path.write_bytes(aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())
    [metric] = description["FinalMetricDataList"]
    return spectral_lda.load(path), metric["Value"]


@pytest.fixture(scope="module")
def single(aws: Aws, tmp_path_factory: pytest.TempPathFactory, lda: dict[str, Any]) -> Any:
    """The model and score of a single instance in File mode."""
    return run_training(aws, tmp_path_factory.mktemp("single"), lda)


@pytest.mark.parametrize(
    ("instances", "mode", "distribution"),
    [
        (1, "Pipe", "FullyReplicated"),
        (2, "FastFile", "FullyReplicated"),
        (3, "Pipe", "ShardedByS3Key"),
    ],
)
def test_input_modes_and_instance_counts_learn_the_same_model(
    aws: Aws, tmp_path: Path, lda: Any, single: Any, instances: int, mode: str, distribution: str
) -> None:
    model, score = single
    job = {**lda, "TrainingJobName": aws.name("Job")}
    job["AlgorithmSpecification"] = {**lda["AlgorithmSpecification"], "TrainingInputMode": mode}
    job["ResourceConfig"] = {**lda["ResourceConfig"], "InstanceCount": instances}
    train = channel("train")
    train["DataSource"]["S3DataSource"]["S3DataDistributionType"] = distribution
    job["InputDataConfig"] = [train, channel("test")]
    other_model, other_score = run_training(aws, tmp_path, job)
    np.testing.assert_allclose(other_model.beta, model.beta, atol=1e-6)
    np.testing.assert_allclose(other_model.alpha, model.alpha, rtol=1e-6)
    assert other_score == pytest.approx(score, abs=1e-6)


def test_the_failure_reason_names_the_host_with_invalid_data(
    aws: Aws, lda: dict[str, Any], counts: Any
) -> None:
    put(aws, "lda/bad/part-0.pbr", counts)
    put(aws, "lda/bad/part-1.pbr", counts / 2)
    train = channel("bad")
    train["ChannelName"] = "train"
    train["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    job = {**lda, "TrainingJobName": aws.name("Job"), "InputDataConfig": [train]}
    job["ResourceConfig"] = {**lda["ResourceConfig"], "InstanceCount": 2}
    description = aws.train(job)
    assert description["TrainingJobStatus"] == "Failed"
    assert description["FailureReason"].startswith("ClientError: ")
    assert "algo-2" in description["FailureReason"]
    assert "part-1.pbr: The count" in description["FailureReason"]


def test_the_archive_of_a_model_of_text_contains_its_words(
    aws: Aws, tmp_path: Path, lda: dict[str, Any], preparation: Preparation
) -> None:
    preparation.save(tmp_path)
    job = {**lda, "TrainingJobName": aws.name("Job"), "InputDataConfig": [channel("train"), channel("test")]}
    for name, file in (("vocabulary", "vocabulary.txt"), ("preparation", "preparation.json")):
        content = (tmp_path / file).read_bytes()
        aws.client("s3").put_object(Bucket=BUCKET, Key=f"lda/{file}", Body=content)
        words = channel(name)
        words["DataSource"]["S3DataSource"]["S3Uri"] = f"s3://{BUCKET}/lda/{file}"
        job["InputDataConfig"].append(words)
    model, _ = run_training(aws, tmp_path, job)
    assert model.beta.shape == (2, 4)
    with tarfile.open(tmp_path / f"{job['TrainingJobName']}.tar.gz") as archive:
        archive.extractall(tmp_path / "model", filter="data")
    assert Preparation.load(tmp_path / "model") == preparation
