"""After a clean stop everything is restored; after a kill no process remains."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process.process_records import ProcessRecords
from tests.local_aws.sagemaker.helpers.transform_jobs import (
    outputs,
    put_objects,
    transform_request,
    wait_for_request,
)


def make(aws: Any, permissions: Any) -> tuple[str, str, dict[str, Any]]:
    role = aws.role(permissions())
    done = aws.job(role)
    assert aws.train(done)["TrainingJobStatus"] == "Completed"
    name = aws.endpoint(aws.config(aws.model(role, "kept")))
    running = aws.job(role, behaviour="ignore SIGTERM")
    aws.client("sagemaker").create_training_job(**running)
    aws.wait(lambda: "waiting" in aws.log("/aws/sagemaker/TrainingJobs", running["TrainingJobName"]))
    return done["TrainingJobName"], name, running


def test_after_a_restart_endpoints_serve_again_and_interrupted_jobs_have_failed(
    own_aws: Any, permissions: Any
) -> None:
    done, endpoint, running = make(own_aws, permissions)
    arn = own_aws.client("sagemaker").describe_endpoint(EndpointName=endpoint)["EndpointArn"]
    own_aws.client("sagemaker").add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    own_aws.end()
    own_aws.wait(lambda: not own_aws.process_ids())
    own_aws.start()
    sagemaker = own_aws.client("sagemaker")
    job = sagemaker.describe_training_job(TrainingJobName=done)
    assert (job["TrainingJobStatus"], len(job["FinalMetricDataList"])) == ("Completed", 1)
    failed = sagemaker.describe_training_job(TrainingJobName=running["TrainingJobName"])
    assert failed["TrainingJobStatus"] == "Failed"
    assert failed["FailureReason"].startswith("InternalServerError: The local AWS stopped while")
    assert own_aws.wait_until_settled(endpoint)["EndpointStatus"] == "InService"
    assert own_aws.invoke(endpoint).startswith("kept|")
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "1"}]
    with pytest.raises(ClientError, match="ResourceInUse"):
        sagemaker.create_training_job(**{**running, "TrainingJobName": done})


def test_after_a_restart_an_interrupted_transform_job_has_failed(own_aws: Any, permissions: Any) -> None:
    job = transform_request(
        own_aws,
        own_aws.model(own_aws.role(permissions()), "m"),
        put_objects(own_aws, {"a": b"wait for release"}),
    )
    own_aws.client("sagemaker").create_transform_job(**job)
    wait_for_request(own_aws, job)
    own_aws.end()
    assert own_aws.process_ids(job["TransformJobName"]) == []
    own_aws.start()
    failed = own_aws.client("sagemaker").describe_transform_job(TransformJobName=job["TransformJobName"])
    assert failed["TransformJobStatus"] == "Failed"
    assert "stopped while the transform job ran" in failed["FailureReason"]
    assert failed["TransformStartTime"] <= failed["TransformEndTime"]
    assert outputs(own_aws, job) == {}


def test_the_programs_of_a_killed_server_end(own_aws: Any, permissions: Any) -> None:
    make(own_aws, permissions)
    job = transform_request(
        own_aws,
        own_aws.model(own_aws.role(permissions()), "m"),
        put_objects(own_aws, {"a": b"wait for release"}),
    )
    own_aws.client("sagemaker").create_transform_job(**job)
    wait_for_request(own_aws, job)
    # A server that ended may have left a program on record that ended with it: it runs no more.
    recorded = [program for program in ProcessRecords(own_aws.state) if program.is_running]
    assert {program.description.split()[0] for program in recorded} == {"model", "training"}
    assert any("transform job" in program.description for program in recorded)
    own_aws.end(signal.SIGKILL)
    own_aws.wait(lambda: not any(program.is_running for program in recorded))
    assert ProcessRecords(own_aws.state).stop_all() == []
    for pid in own_aws.process_ids():  # the child process of the training program
        assert b"time.sleep(61)" in Path(f"/proc/{pid}/cmdline").read_bytes()
        os.kill(pid, signal.SIGKILL)
