"""Batch transform: inputs, requests, outputs."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.sagemaker.helpers.local_server import BUCKET
from tests.local_aws.sagemaker.helpers.transform_jobs import (
    GROUP,
    data_log,
    outputs,
    put_objects,
    release,
    run_job,
    transform_request,
    wait_for_request,
    wait_until_ended,
)


def test_a_transform_job_produces_an_output_per_object_and_logs(aws: Any, role: str) -> None:
    uri = put_objects(aws, {"part-0.csv": b"1,2", "more/part-1.csv": b"3,4", "folder/": b""})
    job = transform_request(aws, aws.model(role, "m"), uri, TransformOutput={"Accept": "application/json"})
    done = run_job(aws, job)
    name = job["TransformJobName"]
    assert done["TransformJobStatus"] == "Completed", done.get("FailureReason")
    assert outputs(aws, job) == {
        "part-0.csv.out": b"m|text/csv|application/json|1,2",
        "more/part-1.csv.out": b"m|text/csv|application/json|3,4",
    }
    assert done["TransformJobArn"] == f"arn:aws:sagemaker:us-east-1:123456789012:transform-job/{name.lower()}"
    assert done["CreationTime"] <= done["TransformStartTime"] <= done["TransformEndTime"]
    assert done["TransformInput"]["SplitType"] == done["TransformOutput"]["AssembleWith"] == "None"
    assert data_log(aws, job) == ["MaxConcurrentTransforms=1, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"]
    streams = aws.client("logs").describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=f"{name}/i-")
    names = [stream["logStreamName"] for stream in streams["logStreams"]]
    assert sorted(names) == [names[0], f"{names[0]}/data-log"]
    assert aws.process_ids(name) == []


@pytest.mark.parametrize(
    ("members", "assemble", "output"),
    [
        ({"BatchStrategy": "SingleRecord"}, "Line", b"m|text/csv|None|1,2\nm|text/csv|None|3,4\n"),
        ({"BatchStrategy": "SingleRecord"}, "None", b"m|text/csv|None|1,2m|text/csv|None|3,4"),
        ({"BatchStrategy": "MultiRecord"}, "Line", b"m|text/csv|None|1,2\n3,4\n"),
        ({}, "None", b"m|text/csv|None|1,2\n3,4"),
    ],
)
def test_lines_are_batched_and_responses_assembled(
    aws: Any, role: str, members: dict[str, Any], assemble: str, output: bytes
) -> None:
    uri = put_objects(aws, {"part.csv": b"1,2\n3,4"})
    split, joined = {"SplitType": "Line"}, {"AssembleWith": assemble}
    job = transform_request(
        aws, aws.model(role, "m"), uri, TransformInput=split, TransformOutput=joined, **members
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    assert outputs(aws, job) == {"part.csv.out": output}


def test_concurrent_requests_keep_the_order_of_the_records(aws: Any, role: str) -> None:
    lines = [b"%d" % number for number in range(200)]
    uri = put_objects(aws, {"part.csv": b"\n".join(lines)})
    job = transform_request(
        aws,
        aws.model(role, "m"),
        uri,
        TransformInput={"SplitType": "Line"},
        TransformOutput={"AssembleWith": "Line"},
        BatchStrategy="SingleRecord",
        MaxConcurrentTransforms=8,
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    responses = outputs(aws, job)["part.csv.out"].splitlines()
    assert [response.rpartition(b"|")[2] for response in responses] == lines


def test_the_container_receives_the_settings_and_offers_execution_parameters(aws: Any, role: str) -> None:
    parameters = '{"MaxConcurrentTransforms": 3, "MaxPayloadInMB": 2, "BatchStrategy": "SINGLE_RECORD"}'
    uri = put_objects(aws, {"part.csv": b"1\n2\n"})
    job = transform_request(
        aws,
        aws.model(role, parameters),
        uri,
        TransformInput={"SplitType": "Line"},
        Environment={"SAGEMAKER_OWN": "x"},
        MaxPayloadInMB=5,
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    assert data_log(aws, job) == ["MaxConcurrentTransforms=3, MaxPayloadInMB=5, BatchStrategy=SINGLE_RECORD"]
    assert outputs(aws, job)["part.csv.out"].endswith(b"|2")
    lines = aws.log(GROUP, f"{job['TransformJobName']}/")
    settings = next(line for line in lines if line.startswith("settings:")).split()
    assert {"SAGEMAKER_BATCH=true", "SAGEMAKER_MAX_PAYLOAD_IN_MB=5", "SAGEMAKER_OWN=x"} <= set(settings)
    assert not any("SAGEMAKER_BATCH_STRATEGY" in word for word in settings)


def test_the_objects_are_distributed_over_the_instances(aws: Any, role: str) -> None:
    objects = {f"part-{number}.csv": b"%d" % number for number in range(5)}
    resources = {"InstanceType": "ml.c5.xlarge", "InstanceCount": 3}
    job = transform_request(
        aws, aws.model(role, "m"), put_objects(aws, objects), TransformResources=resources
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    assert {name: response[-1:] for name, response in outputs(aws, job).items()} == {
        f"{name}.out": content for name, content in objects.items()
    }
    streams = aws.client("logs").describe_log_streams(
        logGroupName=GROUP, logStreamNamePrefix=f"{job['TransformJobName']}/"
    )["logStreams"]
    assert len(streams) == 4
    lines = aws.log(GROUP, f"{job['TransformJobName']}/")
    assert lines.count("request /invocations") == len(objects)


def test_a_job_completes_after_its_model_is_deleted(aws: Any, role: str) -> None:
    model = aws.model(role, "m")
    job = transform_request(aws, model, put_objects(aws, {"a": b"wait for release", "b": b"1"}))
    aws.client("sagemaker").create_transform_job(**job)
    wait_for_request(aws, job)
    aws.client("sagemaker").delete_model(ModelName=model)
    release(aws, job)
    assert wait_until_ended(aws, job)["TransformJobStatus"] == "Completed"
    assert outputs(aws, job)["b.out"] == b"m|text/csv|None|1"


def test_a_stopped_job_keeps_its_finished_outputs(aws: Any, role: str) -> None:
    job = transform_request(
        aws, aws.model(role, "m"), put_objects(aws, {"a": b"1", "b": b"wait for release"})
    )
    sagemaker, name = aws.client("sagemaker"), {"TransformJobName": job["TransformJobName"]}
    sagemaker.create_transform_job(**job)
    wait_for_request(aws, job)
    sagemaker.stop_transform_job(**name)
    done = wait_until_ended(aws, job)
    assert done["TransformJobStatus"] == "Stopped"
    assert "FailureReason" not in done
    assert list(outputs(aws, job)) == ["a.out"]
    assert aws.process_ids(job["TransformJobName"]) == []
    with pytest.raises(ClientError, match="is in status Stopped"):
        sagemaker.stop_transform_job(**name)


def test_a_job_stopped_before_its_server_is_healthy_sends_nothing(aws: Any, role: str) -> None:
    job = transform_request(aws, aws.model(role, "late"), put_objects(aws, {"a": b"1"}))
    aws.client("sagemaker").create_transform_job(**job)
    aws.client("sagemaker").stop_transform_job(TransformJobName=job["TransformJobName"])
    assert wait_until_ended(aws, job)["TransformJobStatus"] == "Stopped"
    assert outputs(aws, job) == {}


def test_a_customer_key_encrypts_the_output(aws: Any, role: str) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    job = transform_request(
        aws, aws.model(role, "m"), put_objects(aws, {"a": b"1"}), TransformOutput={"KmsKeyId": key}
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    stored = aws.client("s3").head_object(Bucket=BUCKET, Key=f"{job['TransformJobName']}/a.out")
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", key)


def test_jobs_are_listed_and_tagged(aws: Any, role: str) -> None:
    sagemaker, model, uri = aws.client("sagemaker"), aws.model(role, "m"), put_objects(aws, {"a": b"1"})
    jobs = [
        transform_request(aws, model, uri, Tags=[{"Key": "n", "Value": str(number)}]) for number in range(3)
    ]
    names = [aws.name("scored") for _ in jobs]
    for job, name in zip(jobs, names, strict=True):
        run_job(aws, {**job, "TransformJobName": name})
    pages = sagemaker.get_paginator("list_transform_jobs").paginate(
        NameContains="SCORED", StatusEquals="Completed", SortBy="Name", PaginationConfig={"PageSize": 2}
    )
    summaries = [job for page in pages for job in page["TransformJobSummaries"]]
    assert [job["TransformJobName"] for job in summaries] == names[::-1]
    arn = summaries[0]["TransformJobArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    tags = sagemaker.list_tags(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "n", "Value": "2"}, {"Key": "a", "Value": "1"}]
