"""The training jobs of an execution."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from inspect_dataset.input import candidates
from stacks.workflows.training.workflow import MAX_CANDIDATES
from tests.stacks.workflows.interpreter import evaluate

TRAIN = "createTrainingJob.sync"


def test_the_training_job_has_what_sagemaker_lda_needs(run: Callable[..., Any]) -> None:
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


@pytest.mark.parametrize("names", [["vocabulary"], ["vocabulary", "preparation"]])
def test_the_words_of_a_dataset_are_further_channels(
    run: Callable[..., Any], aws: Any, names: list[str]
) -> None:
    uris = {name: f"s3://bucket/datasets/griffiths/{name}" for name in names}
    inspected = {**aws.input, "channels": {**aws.input["channels"], **uris}}
    (job,) = run(InspectDataset=[inspected]).of(TRAIN)
    further = job["InputDataConfig"][2:]
    assert [channel["ChannelName"] for channel in further] == names
    for channel in further:
        source = channel["DataSource"]["S3DataSource"]
        assert source["S3Uri"] == uris[channel["ChannelName"]]
        assert source["S3DataDistributionType"] == "FullyReplicated"


REFUSED = "SageMaker.AmazonSageMakerException"
FAILED = "States.TaskFailed"
NO_CAPACITY = json.dumps(
    {"FailureReason": "CapacityError: Unable to provision requested ML compute capacity."}
)
INTERNAL = json.dumps({"FailureReason": "InternalServerError: We encountered an internal error."})
QUOTED = json.dumps({"FailureReason": 'AlgorithmError: the log said "CapacityError" and Rate exceeded'})


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        (REFUSED, "Rate exceeded (Service: AmazonSageMaker; Error Code: ThrottlingException)"),
        (REFUSED, "Could not assume role arn:aws:iam::1:role/x."),
        (FAILED, NO_CAPACITY),
        (FAILED, INTERNAL),
    ],
)
def test_a_transient_error_is_retried_with_a_new_job_name(
    aws: Any, run: Callable[..., Any], name: str, cause: str
) -> None:
    refused = aws.error(name, cause)
    ended = run(**{TRAIN: [refused, refused, refused, aws.job]})
    assert ended.status == "SUCCEEDED"
    names = [job["TrainingJobName"] for job in ended.of(TRAIN)]
    assert names == [f"lda-dev-run-0123abcd-{attempt}" for attempt in range(4)]


def test_a_candidate_has_four_attempts(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(**{TRAIN: aws.error(FAILED, NO_CAPACITY)})
    assert (ended.error, len(ended.of(TRAIN))) == ("TrainingFailed", 4)
    assert "lda-dev-run-0123abcd-3 failed: CapacityError: Unable to provision" in (ended.cause or "")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        (FAILED, "why"),
        (FAILED, QUOTED),
        ("States.Timeout", ""),
        ("SageMaker.ResourceLimitExceededException", "ThrottlingException"),
        (REFUSED, "1 validation error detected: Value 'x' at 'hyperParameters'"),
        (REFUSED, "User: x is not authorized to perform: sagemaker:CreateTrainingJob"),
    ],
)
def test_a_final_error_is_not_retried(aws: Any, run: Callable[..., Any], name: str, cause: str) -> None:
    ended = run(**{TRAIN: aws.error(name, cause)})
    assert (ended.error, len(ended.of(TRAIN))) == ("TrainingFailed", 1)


def test_the_backoff_is_exponential_with_jitter(states: dict[str, Any]) -> None:
    seconds = states["WaitBeforeRetry"]["Seconds"]
    pauses_of = {attempt: [evaluate(seconds, attempt=attempt) for _ in range(50)] for attempt in (1, 2, 3)}
    for attempt, pauses in pauses_of.items():
        longest = 30 * 2 ** (attempt - 1)
        assert all(longest / 2 <= pause <= longest and pause == int(pause) for pause in pauses)
        assert len(set(pauses)) > 1


def test_the_cause_names_the_attempt_that_failed(aws: Any, run: Callable[..., Any]) -> None:
    refused = aws.error("SageMaker.AmazonSageMakerException", "Rate exceeded")
    ended = run(**{TRAIN: [refused, aws.error("States.TaskFailed", "why")]})
    assert (ended.cause or "").startswith("The training job lda-dev-run-0123abcd-1 failed: ")


def test_the_cause_of_a_refused_job_mentions_no_log(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(**{TRAIN: aws.error("SageMaker.ResourceLimitExceededException", "The limit is 0 Instances.")})
    assert ended.cause == (
        "SageMaker refused the training job lda-dev-run-0123abcd-0: The limit is 0 Instances."
    )


@pytest.mark.parametrize("status", ["Stopped", "Stopping", "Failed"])
def test_a_job_that_ends_with_another_status_than_completed_is_a_failure(
    aws: Any, run: Callable[..., Any], status: str
) -> None:
    job = {key: value for key, value in aws.job.items() if key != "ModelArtifacts"}
    ended = run(**{TRAIN: {**job, "TrainingJobStatus": status, "SecondaryStatus": "MaxRuntimeExceeded"}})
    assert ended.error == "TrainingFailed"
    assert (ended.cause or "").startswith(
        f"The training job lda-dev-run-0123abcd-0 failed: the job is {status} (MaxRuntimeExceeded): the"
    )
    assert ended.of("EvaluateModel") == []


def test_the_open_algorithm_has_its_own_image_metric_and_folder(
    job_of: Callable[..., Any],
) -> None:
    job = job_of(algorithm="open")
    assert job["OutputDataConfig"]["S3OutputPath"].endswith("/models/open")
    (metric,) = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert metric["Name"] == "test:pwll"
    assert re.findall(metric["Regex"], "#quality_metric: host=algo-1, test pwll <score>=-2.31") == ["-2.31"]
    assert "/spectral-lda:1" in job["AlgorithmSpecification"]["TrainingImage"]


def test_several_instances_divide_the_training_documents(job_of: Callable[..., Any]) -> None:
    job = job_of(algorithm="open", training_instance_count="3")
    assert job["ResourceConfig"]["InstanceCount"] == 3
    assert [
        channel["DataSource"]["S3DataSource"]["S3DataDistributionType"] for channel in job["InputDataConfig"]
    ] == ["ShardedByS3Key", "FullyReplicated"]


def test_a_customer_key_encrypts_the_model(job_of: Callable[..., Any]) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/abc"
    assert job_of(kms_key_arn=key)["OutputDataConfig"]["KmsKeyId"] == key


def sweep(aws: Any, count: int) -> dict[str, Any]:
    names = [f"lda-dev-run-0123abcd-{number}" for number in range(1, count + 1)]
    candidates = [
        {"name": name, "hyperparameters": {"num_topics": str(number), "feature_dim": "25"}}
        for number, name in enumerate(names, start=1)
    ]
    return {**aws.input, "candidates": candidates}


def test_each_candidate_has_its_own_job_name_and_hyperparameters(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset=sweep(aws, 3))
    started = {job["TrainingJobName"]: job["HyperParameters"]["num_topics"] for job in ended.of(TRAIN)}
    assert started == {f"lda-dev-run-0123abcd-{number}-0": str(number) for number in (1, 2, 3)}
    (evaluated,) = ended.of("EvaluateModel")
    assert [run["training_job"] for run in evaluated["runs"]] == sorted(started)
    assert [run["hyperparameters"]["num_topics"] for run in evaluated["runs"]] == ["1", "2", "3"]


def test_a_candidate_that_fails_does_not_stop_the_others(aws: Any, run: Callable[..., Any]) -> None:
    error = aws.error(FAILED, json.dumps({"FailureReason": "ClientError: the reason."}))
    ended = run(InspectDataset=sweep(aws, 6), **{TRAIN: [aws.job, error, aws.job]})
    assert ended.status == "SUCCEEDED"
    (evaluated,) = ended.of("EvaluateModel")
    (failed,) = [run for run in evaluated["runs"] if not run["completed"]]
    assert failed["reason"] == (
        f"The training job {failed['training_job']} failed: ClientError: the reason. Its log: the streams "
        f"{failed['training_job']}/* of the log group /aws/sagemaker/TrainingJobs."
    )
    assert [run.get("model_data_url") for run in evaluated["runs"] if run["completed"]] == [aws.url] * 5


def test_the_cause_has_the_reason_of_each_candidate_when_all_fail(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset=sweep(aws, 2), **{TRAIN: aws.error(FAILED, "why")})
    assert ended.error == "TrainingFailed"
    assert ended.cause == (
        "None of the 2 candidates has been trained. The training job lda-dev-run-0123abcd-1-0 failed: why. "
        "Its log: the streams lda-dev-run-0123abcd-1-0/* of the log group /aws/sagemaker/TrainingJobs. "
        "The training job lda-dev-run-0123abcd-2-0 failed: why. Its log: the streams "
        "lda-dev-run-0123abcd-2-0/* of the log group /aws/sagemaker/TrainingJobs."
    )


def test_the_report_limits_how_many_candidates_train_concurrently(
    aws: Any, run: Callable[..., Any], states: dict[str, Any]
) -> None:
    assert states["TrainCandidates"]["MaxConcurrency"] == "{% $input.report.training.max_concurrency %}"
    report = {"dataset": "griffiths", "training": {"max_concurrency": 3}}
    assert run(InspectDataset={**sweep(aws, 3), "report": report}).status == "SUCCEEDED"


def test_a_job_has_tags_of_its_deployment_data_and_origin(run: Callable[..., Any]) -> None:
    (job,) = run().of(TRAIN)
    tags = {tag["Key"]: tag["Value"] for tag in job["Tags"]}
    assert tags == {
        "project": "lda",
        "environment": "dev",
        "dataset": "griffiths",
        "execution": "run",
        "started_by": "someone",
    }


def test_the_time_limit_allows_the_most_candidates_that_inspect_dataset_accepts(
    definition: str, states: dict[str, Any]
) -> None:
    assert candidates.MAX_CANDIDATES == MAX_CANDIDATES
    max_concurrency, seconds = 2, evaluate(states["Train"]["TimeoutSeconds"])
    assert json.loads(definition)["TimeoutSeconds"] > MAX_CANDIDATES / max_concurrency * seconds
