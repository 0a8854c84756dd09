import io
import json
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process.control import request_faults

GROUP = "/aws/sagemaker/TrainingJobs"


def test_a_training_job_runs_a_process_and_produces_model_metrics_and_log(aws: Any, role: str) -> None:
    job = aws.job(role, content="the model")
    done = aws.train(job)
    name = job["TrainingJobName"]
    assert done["TrainingJobStatus"] == done["SecondaryStatus"] == "Completed", done.get("FailureReason")
    assert done["TrainingJobArn"] == f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name.lower()}"
    phases = [change["Status"] for change in done["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert done["FinalMetricDataList"][0]["MetricName"] == "test:score"
    assert done["FinalMetricDataList"][0]["Value"] == -2.25
    assert done["BillableTimeInSeconds"] == done["TrainingTimeInSeconds"] >= 1
    uri = f"s3://spec-data/models/{name}/output/model.tar.gz"
    assert done["ModelArtifacts"]["S3ModelArtifacts"] == uri
    stored = aws.client("s3").get_object(Bucket="spec-data", Key=uri.removeprefix("s3://spec-data/"))
    with tarfile.open(fileobj=io.BytesIO(stored["Body"].read())) as tar:
        assert tar.getnames() == ["model.txt"]
    lines = aws.log(GROUP, f"{name}/algo-1-")
    assert "files: train/more/part-1.csv train/part-0.csv" in lines
    assert any('"train": {"ContentType": "text/csv", "TrainingInputMode": "File"' in line for line in lines)
    assert any('"current_host": "algo-1"' in line for line in lines)
    metrics = aws.client("cloudwatch").list_metrics(Namespace=GROUP)["Metrics"]
    assert {"Name": "TrainingJobName", "Value": name} in [m["Dimensions"][0] for m in metrics]


def test_the_program_has_no_credentials_and_no_server_address(aws: Any, role: str) -> None:
    job = aws.job(role)
    job["Environment"] = {"OWN": "setting"}
    aws.train(job)
    lines = aws.log(GROUP, job["TrainingJobName"])
    logged = next(line for line in lines if line.startswith("environment: "))
    environment = json.loads(logged.removeprefix("environment: "))
    assert environment["TRAINING_JOB_NAME"] == job["TrainingJobName"]
    assert environment["OWN"] == "setting"
    aws_names = {name for name in environment if name.startswith("AWS_")}
    assert aws_names == {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED"}


def test_log_lines_are_sent_while_the_job_trains(aws: Any, role: str) -> None:
    job = aws.job(role, behaviour="wait for release")
    aws.client("sagemaker").create_training_job(**job)
    aws.wait(lambda: "waiting" in aws.log(GROUP, job["TrainingJobName"]))
    during = aws.client("sagemaker").describe_training_job(TrainingJobName=job["TrainingJobName"])
    assert (during["TrainingJobStatus"], during["SecondaryStatus"]) == ("InProgress", "Training")
    assert "released" not in aws.log(GROUP, job["TrainingJobName"])
    aws.release(job)
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Completed"


@pytest.mark.parametrize(
    ("behaviour", "failure", "reason"),
    [
        ("fail", "too few documents", "AlgorithmError: too few documents, exit code: 1"),
        ("fail", "ClientError: num_topics is no number", "ClientError: num_topics is no number"),
        ("exit", "", "AlgorithmError: , exit code: 3"),
    ],
)
def test_a_failed_job_has_a_failure_reason(
    aws: Any, role: str, behaviour: str, failure: str, reason: str
) -> None:
    done = aws.train(aws.job(role, behaviour=behaviour, failure=failure))
    assert done["TrainingJobStatus"] == done["SecondaryStatus"] == "Failed"
    assert done["FailureReason"] == reason
    assert "ModelArtifacts" not in done or not done["ModelArtifacts"]


def test_the_model_of_a_stopped_job_is_uploaded(aws: Any, role: str) -> None:
    job = aws.job(role, behaviour="save on SIGTERM")
    aws.client("sagemaker").create_training_job(**job)
    aws.wait(lambda: "waiting" in aws.log(GROUP, job["TrainingJobName"]))
    aws.client("sagemaker").stop_training_job(TrainingJobName=job["TrainingJobName"])
    done = aws.wait_until_ended(job)
    assert done["TrainingJobStatus"] == done["SecondaryStatus"] == "Stopped"
    assert done["ModelArtifacts"]["S3ModelArtifacts"].endswith("model.tar.gz")
    with pytest.raises(ClientError, match="is in status Stopped"):
        aws.client("sagemaker").stop_training_job(TrainingJobName=job["TrainingJobName"])


def test_a_program_that_ignores_sigterm_is_killed_with_its_children(aws: Any, role: str) -> None:
    job = aws.job(role, behaviour="ignore SIGTERM")
    aws.client("sagemaker").create_training_job(**job)
    aws.wait(lambda: "waiting" in aws.log(GROUP, job["TrainingJobName"]))
    assert len(aws.process_ids(job["TrainingJobName"])) == 2
    aws.client("sagemaker").stop_training_job(TrainingJobName=job["TrainingJobName"])
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Stopped"
    aws.wait(lambda: not aws.process_ids(job["TrainingJobName"]))


def test_a_job_over_its_maximum_runtime_is_stopped(aws: Any, role: str) -> None:
    job = aws.job(role, behaviour="save on SIGTERM")
    job["StoppingCondition"] = {"MaxRuntimeInSeconds": 1}
    done = aws.train(job)
    assert (done["TrainingJobStatus"], done["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_job_name_cannot_be_reused(aws: Any, role: str) -> None:
    job = aws.job(role)
    aws.train(job)
    for name in (job["TrainingJobName"], job["TrainingJobName"].upper()):
        with pytest.raises(ClientError, match="ResourceInUse") as refused:
            aws.client("sagemaker").create_training_job(**{**job, "TrainingJobName": name})
        assert "must be unique" in str(refused.value)


def test_the_list_is_filtered_ordered_and_paged(aws: Any, role: str) -> None:
    names = [aws.name("listed") for _ in range(3)]
    for name in names:
        aws.client("sagemaker").create_training_job(**{**aws.job(role), "TrainingJobName": name})
    for name in names:
        aws.wait_until_ended({"TrainingJobName": name})
    paginator = aws.client("sagemaker").get_paginator("list_training_jobs")
    pages = list(
        paginator.paginate(
            NameContains="LISTED", StatusEquals="Completed", SortBy="Name", PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["TrainingJobSummaries"]) for page in pages] == [2, 1]
    assert [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]] == names[::-1]
    nothing = aws.client("sagemaker").list_training_jobs(NameContains="listed", StatusEquals="Failed")
    assert nothing["TrainingJobSummaries"] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"TrainingJobName": "under_score"}, "regular expression pattern"),
        ({"RoleArn": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role"),
        ({"OutputDataConfig": {"S3OutputPath": "https://s3.amazonaws.com/b"}}, "write it as s3://"),
        ({"AlgorithmSpecification": {"TrainingImage": "other:1", "TrainingInputMode": "File"}}, "is unknown"),
    ],
)
def test_an_invalid_request_is_refused_with_the_reason(
    aws: Any, role: str, change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ClientError, match="ValidationException") as refused:
        aws.client("sagemaker").create_training_job(**{**aws.job(role), **change})
    assert sentence in str(refused.value)


def test_missing_input_data_is_refused_in_sagemakers_wording(aws: Any, role: str) -> None:
    job = aws.job(role)
    job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = "s3://spec-data/nothing"
    with pytest.raises(ClientError, match='No S3 objects found under S3 URL "s3://spec-data/nothing"'):
        aws.client("sagemaker").create_training_job(**job)


@pytest.mark.parametrize("taken", range(12))
def test_each_missing_permission_of_the_execution_role_is_named(
    aws: Any, permissions: Any, taken: int
) -> None:
    statements = permissions()
    missing = statements.pop(taken)["Action"]
    job = aws.job(aws.role(statements))
    try:
        reason = aws.train(job)["FailureReason"]
    except ClientError as error:
        reason = str(error)
    assert "not authorized to perform" in reason or "AccessDenied" in reason
    assert missing in reason


def test_an_unknown_job_is_refused(aws: Any) -> None:
    with pytest.raises(ClientError, match="Requested resource not found"):
        aws.client("sagemaker").describe_training_job(TrainingJobName="nothing")


def test_an_injected_fault_fails_the_job_before_its_program_starts(aws: Any, role: str) -> None:
    reason = "CapacityError: Unable to provision requested ML compute capacity."
    request_faults(aws.port, "POST", {"target": "training-job", "error": reason, "times": 1})
    first, second = aws.job(role), aws.job(role)
    failed = aws.train(first)
    assert (failed["TrainingJobStatus"], failed["FailureReason"]) == ("Failed", reason)
    assert [step["Status"] for step in failed["SecondaryStatusTransitions"]] == ["Starting", "Failed"]
    assert aws.train(second)["TrainingJobStatus"] == "Completed"
    assert request_faults(aws.port, "GET") == []
