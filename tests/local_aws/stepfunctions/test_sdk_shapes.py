from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from local_aws.stepfunctions import sdk_shapes


def shape(service: str, operation: str, *, output: bool = False) -> Any:
    make: Any = boto3.client
    model = make(service, region_name="us-east-1").meta.service_model.operation_model(operation)
    return model.output_shape if output else model.input_shape


@pytest.mark.parametrize(
    ("integration", "name"),
    [("sfn", "stepfunctions"), ("cloudwatchlogs", "logs"), ("sagemaker", "sagemaker")],
)
def test_a_service_is_found_by_its_integrations_name(integration: str, name: str) -> None:
    assert sdk_shapes.service_name(integration) == name


@pytest.mark.parametrize(
    ("action", "method"), [("describeStacks", "describe_stacks"), ("listObjectsV2", "list_objects_v2")]
)
def test_actions_become_method_names(action: str, method: str) -> None:
    assert sdk_shapes.method_name(action) == method


def test_members_get_botocores_names_at_every_depth() -> None:
    arguments = {"LogGroupName": "g", "LogEvents": [{"Timestamp": 1, "Message": "m"}], "Other": 1}
    assert sdk_shapes.arguments(arguments, shape("logs", "PutLogEvents")) == {
        "logGroupName": "g",
        "logEvents": [{"timestamp": 1, "message": "m"}],
        "Other": 1,
    }


def test_the_keys_of_a_map_are_unchanged() -> None:
    arguments = {"FunctionName": "f", "Environment": {"Variables": {"lower": "x"}}}
    assert sdk_shapes.arguments(arguments, shape("lambda", "CreateFunction")) == arguments


def test_responses_are_pascal_case_with_times_as_text_and_without_metadata() -> None:
    response = {"logGroups": [{"logGroupName": "g"}], "ResponseMetadata": {}}
    out = shape("logs", "DescribeLogGroups", output=True)
    assert sdk_shapes.result(response, out) == {"LogGroups": [{"LogGroupName": "g"}]}
    stamped = {"LastModified": datetime(2026, 1, 2, tzinfo=UTC)}
    assert sdk_shapes.result(stamped, shape("s3", "GetObject", output=True)) == {
        "LastModified": "2026-01-02T00:00:00.000Z"
    }


@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("ResourceNotFound", "ResourceNotFoundException"),
        ("TooManyRequestsException", "TooManyRequestsException"),
        ("InternalFault", "InternalException"),
    ],
)
def test_exceptions_have_the_names_of_the_sdk_for_java(name: str, exception: str) -> None:
    assert sdk_shapes.exception_name(name) == exception
