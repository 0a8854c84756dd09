"""Training jobs on several hosts, and channels in Pipe mode."""

import io
import tarfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

GROUP = "/aws/sagemaker/TrainingJobs"


def on_two_hosts(job: dict[str, Any], distribution: str = "ShardedByS3Key") -> dict[str, Any]:
    job["ResourceConfig"]["InstanceCount"] = 2
    job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3DataDistributionType"] = distribution
    return job


@pytest.mark.parametrize(
    ("distribution", "files"),
    [
        ("ShardedByS3Key", ["files: train/more/part-1.csv", "files: train/part-0.csv"]),
        ("FullyReplicated", ["files: train/more/part-1.csv train/part-0.csv"] * 2),
    ],
)
def test_every_host_has_its_own_process_files_and_log(
    aws: Any, role: str, distribution: str, files: list[str]
) -> None:
    job = on_two_hosts(aws.job(role), distribution)
    done = aws.train(job)
    name = job["TrainingJobName"]
    assert done["TrainingJobStatus"] == "Completed", done.get("FailureReason")
    logs = [aws.log(GROUP, f"{name}/{host}-") for host in ("algo-1", "algo-2")]
    assert [next(line for line in log if line.startswith("files:")) for log in logs] == files
    for host, log in zip(("algo-1", "algo-2"), logs, strict=True):
        assert any(f'"current_host": "{host}"' in line for line in log)
        assert any('"hosts": ["algo-1", "algo-2"]' in line for line in log)
        assert any(f'"S3DistributionType": "{distribution}"' in line for line in log)
    ports = {line for log in logs for line in log if line.startswith("port:")}
    assert len(ports) == 1
    assert ports != {"port: None"}


def test_the_model_of_the_first_host_is_uploaded(aws: Any, role: str) -> None:
    done = aws.train(on_two_hosts(aws.job(role)))
    key = done["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://spec-data/")
    stored = aws.client("s3").get_object(Bucket="spec-data", Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(stored)) as tar:
        model = tar.extractfile("model.txt")
        assert model is not None
        assert model.read() == b"trained on algo-1"


@pytest.mark.parametrize("host", ["algo-1", "algo-2"])
def test_a_failed_host_fails_the_job_and_ends_the_others(aws: Any, role: str, host: str) -> None:
    job = on_two_hosts(aws.job(role, behaviour=f"fail on {host}", failure="ClientError: bad data"))
    done = aws.train(job)
    assert (done["TrainingJobStatus"], done["FailureReason"]) == (
        "Failed",
        f"ClientError: bad data (host {host})",
    )
    assert aws.process_ids(job["TrainingJobName"]) == []


def test_stopping_a_job_stops_every_host(aws: Any, role: str) -> None:
    job = on_two_hosts(aws.job(role, behaviour="save on SIGTERM"))
    name = job["TrainingJobName"]
    aws.client("sagemaker").create_training_job(**job)
    for host in ("algo-1", "algo-2"):
        aws.wait(lambda host=host: "waiting" in aws.log(GROUP, f"{name}/{host}-"))
    aws.client("sagemaker").stop_training_job(TrainingJobName=name)
    assert aws.wait_until_ended(job)["TrainingJobStatus"] == "Stopped"
    assert aws.process_ids(name) == []


def test_more_instances_than_the_quota_are_refused(aws: Any, role: str) -> None:
    job = aws.job(role)
    job["ResourceConfig"]["InstanceCount"] = 21
    with pytest.raises(
        ClientError, match="with current utilization of 0 Instances and a request delta of 21"
    ):
        aws.client("sagemaker").create_training_job(**job)


@pytest.mark.parametrize("behaviour", ["read pipes", "train"])
def test_a_pipe_mode_channel_is_streamed_for_every_epoch_that_is_read(
    aws: Any, role: str, behaviour: str
) -> None:
    job = aws.job(role, behaviour=behaviour)
    job["AlgorithmSpecification"]["TrainingInputMode"] = "Pipe"
    assert aws.train(job)["TrainingJobStatus"] == "Completed"
    lines = aws.log(GROUP, f"{job['TrainingJobName']}/algo-1-")
    assert any('"TrainingInputMode": "Pipe"' in line for line in lines)
    epochs = [f"epoch {epoch}: 4,5,61,2,3" for epoch in range(2)]  # the keys' order: more/part-1, part-0
    assert [line for line in lines if line.startswith("epoch")] == (
        epochs if behaviour == "read pipes" else []
    )


def test_a_pipe_mode_object_that_may_not_be_read_fails_the_job(aws: Any, permissions: Any) -> None:
    statements = [right for right in permissions() if right["Action"] != "s3:GetObject"]
    job = aws.job(aws.role(statements), behaviour="read pipes")
    job["InputDataConfig"][0]["InputMode"] = "Pipe"
    done = aws.train(job)
    assert done["TrainingJobStatus"] == "Failed"
    assert "s3:GetObject" in done["FailureReason"]
