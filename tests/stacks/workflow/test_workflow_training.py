"""The training job that an execution asks for."""

import re
from collections.abc import Callable
from typing import Any

import pytest

TRAIN = "createTrainingJob.sync"


def test_the_training_job_is_one_that_sagemaker_lda_takes(run: Callable[..., Any]) -> None:
    (job,) = run().of(TRAIN)
    assert job["TrainingJobName"] == "lda-dev-run-0123abcd-0"
    assert job["HyperParameters"] == {"num_topics": "10", "feature_dim": "25"}
    assert "MetricDefinitions" not in job["AlgorithmSpecification"]
    assert [channel["ChannelName"] for channel in job["InputDataConfig"]] == ["train", "test"]
    for channel in job["InputDataConfig"]:
        source = channel["DataSource"]["S3DataSource"]
        assert source["S3Uri"] == f"s3://bucket/datasets/griffiths/{channel['ChannelName']}/"
        assert source["S3DataDistributionType"] == "FullyReplicated"
        assert channel["ContentType"] == "application/x-recordio-protobuf"
    assert job["OutputDataConfig"]["S3OutputPath"].startswith("s3://")
    assert job["OutputDataConfig"]["S3OutputPath"].endswith("/models")
    assert job["ResourceConfig"] == {
        "InstanceType": "ml.c4.2xlarge",
        "InstanceCount": 1,
        "VolumeSizeInGB": 50,
    }
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    assert {"Key": "project", "Value": "lda"} in job["Tags"]


def test_a_refused_request_for_training_is_repeated_under_a_new_name(
    aws: Any, run: Callable[..., Any]
) -> None:
    refused = aws.error("SageMaker.AmazonSageMakerException", "ThrottlingException: Rate exceeded")
    ended = run(**{TRAIN: [refused, refused, aws.job]})
    assert ended.status == "SUCCEEDED"
    names = [job["TrainingJobName"] for job in ended.of(TRAIN)]
    assert names == [f"lda-dev-run-0123abcd-{attempt}" for attempt in range(3)]


@pytest.mark.parametrize(
    "name", ["States.TaskFailed", "States.Timeout", "SageMaker.ResourceLimitExceededException"]
)
def test_a_failed_job_and_a_full_quota_are_not_tried_again(
    aws: Any, run: Callable[..., Any], name: str
) -> None:
    ended = run(**{TRAIN: aws.error(name, "why")})
    assert (ended.error, len(ended.of(TRAIN))) == ("TrainingFailed", 1)


def test_the_cause_names_the_attempt_that_failed(aws: Any, run: Callable[..., Any]) -> None:
    refused = aws.error("SageMaker.AmazonSageMakerException", "Rate exceeded")
    ended = run(**{TRAIN: [refused, aws.error("States.TaskFailed", "why")]})
    assert (ended.cause or "").startswith("The training job lda-dev-run-0123abcd-1 failed: ")


@pytest.mark.parametrize("status", ["Stopped", "Stopping", "Failed"])
def test_a_task_that_succeeds_with_another_status_than_completed_is_a_failure(
    aws: Any, run: Callable[..., Any], status: str
) -> None:
    job = {key: value for key, value in aws.job.items() if key != "ModelArtifacts"}
    ended = run(**{TRAIN: {**job, "TrainingJobStatus": status, "SecondaryStatus": "MaxRuntimeExceeded"}})
    assert ended.error == "TrainingFailed"
    assert (ended.cause or "").startswith(
        f"The training job lda-dev-run-0123abcd-0 failed: the job is {status} (MaxRuntimeExceeded). Its log"
    )
    assert ended.of("EvaluateModel") == []


def test_the_open_algorithm_brings_its_image_its_metric_and_its_folder(
    job_of: Callable[..., Any],
) -> None:
    job = job_of(algorithm="open")
    assert job["OutputDataConfig"]["S3OutputPath"].endswith("/models/open")
    (metric,) = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert metric["Name"] == "test:pwll"
    assert re.findall(metric["Regex"], "#quality_metric: host=algo-1, test pwll <score>=-2.31") == ["-2.31"]
    assert "/spectral-lda:1" in job["AlgorithmSpecification"]["TrainingImage"]


def test_several_instances_divide_the_training_documents_among_them(job_of: Callable[..., Any]) -> None:
    job = job_of(algorithm="open", training_instance_count="3")
    assert job["ResourceConfig"]["InstanceCount"] == 3
    assert [
        channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] for channel in job["InputDataConfig"]
    ] == ["ShardedByS3Key", "FullyReplicated"]


def test_a_customer_key_encrypts_the_model(job_of: Callable[..., Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/abc"
    assert job_of(kms_key_arn=key)["OutputDataConfig"]["KmsKeyId"] == key
