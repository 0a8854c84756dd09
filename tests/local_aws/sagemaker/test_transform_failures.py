"""Batch transform: what is refused at once, and how jobs fail."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws.process.control import request_faults
from tests.local_aws.sagemaker.machine import BUCKET, IMAGE
from tests.local_aws.sagemaker.transform import data_log, ended, outputs, put, request, run, tell, waiting

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
        ({"TransformInput": {"SplitType": "TFRecord"}}, "SplitType TFRecord isn't served; only None, Line"),
        ({"TransformInput": {"CompressionType": "Gzip"}}, "The input is compressed"),
        ({"TransformOutput": {"S3OutputPath": "https://s3.amazonaws.com/b"}}, "write it as s3://"),
        ({"DataProcessing": {"JoinSource": "Input"}}, "neither filters nor joining are served"),
        ({"DataCaptureConfig": {"DestinationS3Uri": PREFIX}}, "nothing is captured"),
        ({"MaxPayloadInMB": 0}, "must be at least 1"),
        ({"MaxPayloadInMB": 101}, "more than 100"),
        ({"MaxPayloadInMB": 20, "MaxConcurrentTransforms": 6}, "product with MaxConcurrentTransforms"),
        ({"BatchStrategy": "AllRecords"}, "enum value set"),
    ],
)
def test_an_impossible_request_is_refused_in_a_sentence(
    aws: Any, role: str, members: dict[str, Any], sentence: str
) -> None:
    job = {**request(aws, aws.model(role, "m"), PREFIX, **members)}
    with pytest.raises(ClientError, match="ValidationException") as refused:
        aws.client("sagemaker").create_transform_job(**job)
    assert sentence in str(refused.value)


def test_names_are_never_free_again(aws: Any, role: str) -> None:
    job = request(aws, aws.model(role, "m"), PREFIX)
    run(aws, job)
    for name in (job["TransformJobName"], job["TransformJobName"].upper()):
        with pytest.raises(ClientError, match="ResourceInUse"):
            aws.client("sagemaker").create_transform_job(**{**job, "TransformJobName": name})


def test_a_job_that_does_not_exist(aws: Any) -> None:
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
def test_an_object_that_the_model_fails_on_is_named_in_the_log_and_the_others_are_finished(
    aws: Any, role: str, content: bytes, kind: str, lines: list[str]
) -> None:
    uri = put(aws, {"a.csv": b"1", "b.csv": content, "c.csv": b"2"})
    job = request(aws, aws.model(role, "m"), uri, ModelClientConfig={"InvocationsMaxRetries": 1})
    done = run(aws, job)
    assert done["TransformJobStatus"] == "Failed"
    assert done["FailureReason"] == f"{kind}: See job logs for more information"
    place = f"{uri.removeprefix('s3://')}b.csv: "
    assert data_log(aws, job)[1:] == [place + line for line in lines]
    assert sorted(outputs(aws, job)) == ["a.csv.out", "c.csv.out"]


def test_an_object_of_which_one_record_fails_has_no_output(aws: Any, role: str) -> None:
    uri = put(aws, {"a.csv": b"1\nrefuse\n3\n"})
    split = {"SplitType": "Line"}
    job = request(aws, aws.model(role, "m"), uri, TransformInput=split, BatchStrategy="SingleRecord")
    assert run(aws, job)["TransformJobStatus"] == "Failed"
    assert outputs(aws, job) == {}


def test_a_server_that_ends_once_is_asked_again(aws: Any, role: str) -> None:
    job = request(aws, aws.model(role, "m"), put(aws, {"a": b"crash once"}))
    assert run(aws, job)["TransformJobStatus"] == "Completed"
    assert outputs(aws, job)["a.out"].endswith(b"|crash once")


def test_an_answer_that_does_not_come_in_time_fails_the_job(aws: Any, role: str) -> None:
    client = {"InvocationsTimeoutInSeconds": 1, "InvocationsMaxRetries": 0}
    uri = put(aws, {"a": b"wait to be told"})
    job = request(aws, aws.model(role, "m"), uri, ModelClientConfig=client)
    assert run(aws, job)["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert data_log(aws, job)[1].endswith("it gave none within 1 seconds")


@pytest.mark.parametrize(
    ("split", "content", "sentence"),
    [
        ("None", b"x" * (1 << 20) + b"x", "Too much data for max payload size (1 MB): The object is not"),
        ("Line", b"1\n" + b"x" * (1 << 20) + b"\n", "Too much data for max payload size (1 MB): Line 2"),
        ("RecordIO", b"1,2,3,4\n", "There is no RecordIO record at byte 0"),
    ],
)
def test_an_object_that_can_not_be_cut_says_where(
    aws: Any, role: str, split: str, content: bytes, sentence: str
) -> None:
    given = {"SplitType": split}
    uri = put(aws, {"a": content})
    job = request(aws, aws.model(role, "m"), uri, TransformInput=given, MaxPayloadInMB=1)
    assert run(aws, job)["FailureReason"] == "ClientError: See job logs for more information"
    assert sentence in data_log(aws, job)[1]
    assert outputs(aws, job) == {}


def test_an_object_that_vanishes_is_named(aws: Any, role: str) -> None:
    uri = put(aws, {"a": b"wait to be told", "b": b"1"})
    job = request(aws, aws.model(role, "m"), uri)
    aws.client("sagemaker").create_transform_job(**job)
    waiting(aws, job)
    aws.client("s3").delete_object(Bucket=BUCKET, Key=f"{uri.removeprefix(f's3://{BUCKET}/')}b")
    tell(aws, job)
    reason = ended(aws, job)["FailureReason"]
    assert reason.startswith(f"ClientError: {uri}b: ")
    assert "NoSuchKey" in reason


@pytest.mark.parametrize("content", ["unhealthy", "exit"])
def test_a_server_that_does_not_come_up_fails_the_job(aws: Any, role: str, content: str) -> None:
    job = request(aws, aws.model(role, content), PREFIX)
    assert run(aws, job)["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert data_log(aws, job) == ["The model server did not pass the ping health check"]


def test_an_archive_that_leads_out_of_its_folder_fails_the_job(aws: Any, role: str, packed: Any) -> None:
    aws.client("s3").put_object(Bucket=BUCKET, Key="astray.tar.gz", Body=packed({"../../out": b"x"}))
    model = aws.name("Model")
    aws.client("sagemaker").create_model(
        ModelName=model,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/astray.tar.gz"},
        ExecutionRoleArn=role,
    )
    assert "'../../out' leads out" in run(aws, request(aws, model, PREFIX))["FailureReason"]


@pytest.mark.parametrize("taken", range(12))
def test_each_right_that_the_models_role_lacks_is_named(aws: Any, rights: Any, taken: int) -> None:
    statements = rights()
    own = aws.role(statements)
    job = request(aws, aws.model(own, "m"), PREFIX)
    missing = statements.pop(taken)["Action"]
    aws.client("iam").put_role_policy(
        RoleName=own.rpartition("/")[2],
        PolicyName="rights",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **right} for right in statements]}
        ),
    )
    try:
        reason = run(aws, job)["FailureReason"]
    except ClientError as error:
        reason = str(error)
    assert "not authorized to perform" in reason or "AccessDenied" in reason
    assert missing in reason


@pytest.mark.parametrize("missing", ["sagemaker:CreateTransformJob", "sagemaker:AddTags"])
def test_the_caller_needs_the_right_on_the_job(aws: Any, role: str, missing: str) -> None:
    tagged = request(aws, aws.model(role, "m"), PREFIX, Tags=[{"Key": "a", "Value": "1"}])
    jobs = "arn:aws:sagemaker:us-east-1:123456789012:transform-job/*"
    actions = {"sagemaker:CreateTransformJob", "sagemaker:AddTags"}
    caller = aws.user_client("sagemaker", [{"Action": sorted(actions - {missing}), "Resource": jobs}])
    with pytest.raises(ClientError, match=f"not authorized to perform: {missing}"):
        caller.create_transform_job(**tagged)
    whole = aws.user_client("sagemaker", [{"Action": sorted(actions), "Resource": jobs}])
    whole.create_transform_job(**tagged)


def test_a_job_that_is_to_fail_ends_before_it_reads_anything(aws: Any, role: str) -> None:
    reason = "CapacityError: Unable to provision requested ML compute capacity."
    request_faults(aws.port, "POST", {"target": "transform-job", "error": reason, "times": 1})
    model, uri = aws.model(role, "m"), put(aws, {"a": b"1"})
    first, second = request(aws, model, uri), request(aws, model, uri)
    failed = run(aws, first)
    assert (failed["TransformJobStatus"], failed["FailureReason"]) == ("Failed", reason)
    assert outputs(aws, first) == {}
    assert run(aws, second)["TransformJobStatus"] == "Completed"
