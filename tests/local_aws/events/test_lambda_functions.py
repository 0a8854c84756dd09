import json
from typing import Any

from local_aws.events.lambda_functions import error_type

CODE = """
import boto3

class OwnError(Exception):
    pass

def handler(event, context):
    if event.get("raise") == "own":
        raise OwnError("line one\\nline: two")
    if event.get("raise") == "silent":
        raise OwnError
    if "bucket" in event:
        boto3.client("s3").list_objects_v2(Bucket=event["bucket"])
    return boto3.client("sts").get_caller_identity()["Arn"]
"""


def invoke(aws: Any, function: str, **event: Any) -> Any:
    response = aws.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
    return json.loads(response["Payload"].read())


def test_the_error_type_is_the_exceptions_class(aws: Any) -> None:
    function = aws.function(CODE)
    response = invoke(aws, function, **{"raise": "own"})
    assert (response["errorType"], response["errorMessage"]) == ("OwnError", "line one\nline: two")
    assert "index.py" in response["stackTrace"][0]
    assert invoke(aws, function, **{"raise": "silent"})["errorType"] == "OwnError"


def test_a_function_acts_as_its_role(aws: Any) -> None:
    function = aws.function(CODE)
    assert ":assumed-role/role-" in invoke(aws, function)
    aws.client("s3").create_bucket(Bucket="not-for-functions")
    response = invoke(aws, function, bucket="not-for-functions")
    assert "is not authorized to perform: s3:ListBucket" in response["errorMessage"]


def test_a_function_without_log_permissions_runs_without_a_log(aws: Any, allow: Any) -> None:
    logs = aws.client("logs")
    for function, logged in (
        (aws.function(CODE, allow("logs:*")), True),
        (aws.function(CODE, allow("logs:CreateLogStream")), False),
    ):
        assert "assumed-role" in invoke(aws, function)
        group = f"/aws/lambda/{function.rpartition(':')[2]}"
        groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        assert bool(groups) is logged


def test_the_error_type_of_an_empty_traceback_is_exception() -> None:
    assert error_type("", "message") == "Exception"
