"""Batch transform: refused requests and failed jobs."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process.control import request_faults
from tests.local_aws.sagemaker.helpers.local_server import BUCKET, IMAGE
from tests.local_aws.sagemaker.helpers.transform_jobs import (
    data_log,
    outputs,
    put_objects,
    release,
    run_job,
    transform_request,
    wait_for_request,
    wait_until_ended,
)

PREFIX = f"s3://{BUCKET}/data/train"


def source(**members: Any) -> dict[str, Any]:
    return {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": PREFIX, **members}}}


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"TransformJobName": "under_score"}, "regular expression pattern"),
        ({"ModelName": "none"}, 'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/none"'),
        ({"TransformInput": source(S3DataType="ManifestFile")}, "S3DataType S3Prefix"),
        ({"TransformInput": source(S3Uri=f"s3://{BUCKET}/nothing/")}, "No S3 objects found under S3 URL"),
        ({"TransformInput": source(S3Uri="s3://no-such-bucket/x")}, "No S3 objects found under S3 URL"),
        ({"TransformInput": {"SplitType": "TFRecord"}}, "SplitType is TFRecord; only None, Line"),
        ({"TransformInput": {"CompressionType": "Gzip"}}, "The input is compressed"),
        ({"TransformOutput": {"S3OutputPath": "https://s3.amazonaws.com/b"}}, "write it as s3://"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "neither is supported by the local AWS"),
        ({"DataCaptureConfig": {"DestinationS3Uri": PREFIX}}, "capturing data isn't supported"),
        ({"MaxPayloadInMB": 0}, "must be at least 1"),
        ({"MaxPayloadInMB": 101}, "more than 100"),
        ({"MaxPayloadInMB": 20, "MaxConcurrentTransforms": 6}, "product with MaxConcurrentTransforms"),
        ({"BatchStrategy": "AllRecords"}, "enum value set"),
    ],
)
def test_an_invalid_request_is_refused_with_the_reason(
    aws: Any, role: str, members: dict[str, Any], sentence: str
) -> None:
    job = {**transform_request(aws, aws.model(role, "m"), PREFIX, **members)}
    with pytest.raises(ClientError, match="ValidationException") as refused:
        aws.client("sagemaker").create_transform_job(**job)
    assert sentence in str(refused.value)


def test_a_job_name_cannot_be_reused(aws: Any, role: str) -> None:
    job = transform_request(aws, aws.model(role, "m"), PREFIX)
    run_job(aws, job)
    for name in (job["TransformJobName"], job["TransformJobName"].upper()):
        with pytest.raises(ClientError, match="ResourceInUse"):
            aws.client("sagemaker").create_transform_job(**{**job, "TransformJobName": name})


def test_an_unknown_job_is_refused(aws: Any) -> None:
    with pytest.raises(ClientError, match="Could not find requested job with name: nothing"):
        aws.client("sagemaker").describe_transform_job(TransformJobName="nothing")


@pytest.mark.parametrize(
    ("content", "kind", "lines"),
    [
        (b"refuse", "ClientError", ["ClientError: 415", "", "Message:", "only text"]),
        (
            b"break",
            "AlgorithmError",
            ["Bad HTTP status received from algorithm: 500", "", "Message:", "broken"],
        ),
        (b"crash", "AlgorithmError", ["Unable to get response from algorithm"]),
    ],
)
def test_a_failed_object_is_logged_and_the_others_are_transformed(
    aws: Any, role: str, content: bytes, kind: str, lines: list[str]
) -> None:
    uri = put_objects(aws, {"a.csv": b"1", "b.csv": content, "c.csv": b"2"})
    job = transform_request(aws, aws.model(role, "m"), uri, ModelClientConfig={"InvocationsMaxRetries": 1})
    done = run_job(aws, job)
    assert done["TransformJobStatus"] == "Failed"
    assert done["FailureReason"] == f"{kind}: See job logs for more information"
    place = f"{uri.removeprefix('s3://')}b.csv: "
    assert data_log(aws, job)[1:] == [place + line for line in lines]
    assert sorted(outputs(aws, job)) == ["a.csv.out", "c.csv.out"]


def test_an_object_with_a_failed_record_has_no_output(aws: Any, role: str) -> None:
    uri = put_objects(aws, {"a.csv": b"1\nrefuse\n3\n"})
    split = {"SplitType": "Line"}
    job = transform_request(
        aws, aws.model(role, "m"), uri, TransformInput=split, BatchStrategy="SingleRecord"
    )
    assert run_job(aws, job)["TransformJobStatus"] == "Failed"
    assert outputs(aws, job) == {}


def test_a_request_is_retried_after_the_server_restarts(aws: Any, role: str) -> None:
    job = transform_request(aws, aws.model(role, "m"), put_objects(aws, {"a": b"crash once"}))
    assert run_job(aws, job)["TransformJobStatus"] == "Completed"
    assert outputs(aws, job)["a.out"].endswith(b"|crash once")


def test_a_request_timeout_fails_the_job(aws: Any, role: str) -> None:
    client = {"InvocationsTimeoutInSeconds": 1, "InvocationsMaxRetries": 0}
    uri = put_objects(aws, {"a": b"wait for release"})
    job = transform_request(aws, aws.model(role, "m"), uri, ModelClientConfig=client)
    assert run_job(aws, job)["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert data_log(aws, job)[1].endswith("it gave none within 1 seconds")


@pytest.mark.parametrize(
    ("split", "content", "sentence"),
    [
        ("None", b"x" * (1 << 20) + b"x", "Too much data for max payload size (1 MB): The object is not"),
        ("Line", b"1\n" + b"x" * (1 << 20) + b"\n", "Too much data for max payload size (1 MB): Line 2"),
        ("RecordIO", b"1,2,3,4\n", "There is no RecordIO record at byte 0"),
    ],
)
def test_an_object_that_cannot_be_split_names_the_place(
    aws: Any, role: str, split: str, content: bytes, sentence: str
) -> None:
    transform_input = {"SplitType": split}
    uri = put_objects(aws, {"a": content})
    job = transform_request(aws, aws.model(role, "m"), uri, TransformInput=transform_input, MaxPayloadInMB=1)
    assert run_job(aws, job)["FailureReason"] == "ClientError: See job logs for more information"
    assert sentence in data_log(aws, job)[1]
    assert outputs(aws, job) == {}


def test_an_object_deleted_during_the_job_is_named(aws: Any, role: str) -> None:
    uri = put_objects(aws, {"a": b"wait for release", "b": b"1"})
    job = transform_request(aws, aws.model(role, "m"), uri)
    aws.client("sagemaker").create_transform_job(**job)
    wait_for_request(aws, job)
    aws.client("s3").delete_object(Bucket=BUCKET, Key=f"{uri.removeprefix(f's3://{BUCKET}/')}b")
    release(aws, job)
    reason = wait_until_ended(aws, job)["FailureReason"]
    assert reason.startswith(f"ClientError: {uri}b: ")
    assert "NoSuchKey" in reason


@pytest.mark.parametrize("content", ["unhealthy", "exit"])
def test_a_failed_health_check_fails_the_job(aws: Any, role: str, content: str) -> None:
    job = transform_request(aws, aws.model(role, content), PREFIX)
    assert run_job(aws, job)["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert data_log(aws, job) == ["The model server did not pass the ping health check"]


def test_an_archive_member_that_leads_out_of_its_folder_fails_the_job(
    aws: Any, role: str, make_archive: Any
) -> None:
    aws.client("s3").put_object(Bucket=BUCKET, Key="astray.tar.gz", Body=make_archive({"../../out": b"x"}))
    model = aws.name("Model")
    aws.client("sagemaker").create_model(
        ModelName=model,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/astray.tar.gz"},
        ExecutionRoleArn=role,
    )
    assert "'../../out' leads out" in run_job(aws, transform_request(aws, model, PREFIX))["FailureReason"]


@pytest.mark.parametrize("taken", range(12))
def test_each_missing_permission_of_the_execution_role_is_named(
    aws: Any, permissions: Any, taken: int
) -> None:
    statements = permissions()
    own = aws.role(statements)
    job = transform_request(aws, aws.model(own, "m"), PREFIX)
    missing = statements.pop(taken)["Action"]
    aws.client("iam").put_role_policy(
        RoleName=own.rpartition("/")[2],
        PolicyName="rights",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **right} for right in statements]}
        ),
    )
    try:
        reason = run_job(aws, job)["FailureReason"]
    except ClientError as error:
        reason = str(error)
    assert "not authorized to perform" in reason or "AccessDenied" in reason
    assert missing in reason


@pytest.mark.parametrize("missing", ["sagemaker:CreateTransformJob", "sagemaker:AddTags"])
def test_the_caller_needs_permissions_on_the_job(aws: Any, role: str, missing: str) -> None:
    tagged = transform_request(aws, aws.model(role, "m"), PREFIX, Tags=[{"Key": "a", "Value": "1"}])
    jobs = "arn:aws:sagemaker:us-east-1:123456789012:transform-job/*"
    actions = {"sagemaker:CreateTransformJob", "sagemaker:AddTags"}
    caller = aws.user_client("sagemaker", [{"Action": sorted(actions - {missing}), "Resource": jobs}])
    with pytest.raises(ClientError, match=f"not authorized to perform: {missing}"):
        caller.create_transform_job(**tagged)
    whole = aws.user_client("sagemaker", [{"Action": sorted(actions), "Resource": jobs}])
    whole.create_transform_job(**tagged)


def test_an_injected_fault_fails_the_job_before_it_reads_anything(aws: Any, role: str) -> None:
    reason = "CapacityError: Unable to provision requested ML compute capacity."
    request_faults(aws.port, "POST", {"target": "transform-job", "error": reason, "times": 1})
    model, uri = aws.model(role, "m"), put_objects(aws, {"a": b"1"})
    first, second = transform_request(aws, model, uri), transform_request(aws, model, uri)
    failed = run_job(aws, first)
    assert (failed["TransformJobStatus"], failed["FailureReason"]) == ("Failed", reason)
    assert outputs(aws, first) == {}
    assert run_job(aws, second)["TransformJobStatus"] == "Completed"
