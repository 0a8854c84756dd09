from typing import Any

import pytest
from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found, served_model_url

URL = "s3://bucket/models/job/output/model.tar.gz"


class FakeCloudFormation:
    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self.answer = answer

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 -- boto3's names
        assert StackName == "DevServing"
        if isinstance(self.answer, ClientError):
            raise self.answer
        return {"Stacks": [self.answer]}


def client_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeSomething")


def served(answer: dict[str, Any] | ClientError) -> str | None:
    client: Any = FakeCloudFormation(answer)
    return served_model_url(client, "DevServing")


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ValidationException", True), ("ResourceNotFound", True), ("AccessDeniedException", False)],
)
def test_sagemaker_has_two_codes_for_a_missing_resource(code: str, *, expected: bool) -> None:
    assert is_not_found(client_error(code)) is expected


@pytest.mark.parametrize(
    ("stack", "url"),
    [
        ({"Parameters": [{"ParameterKey": "ModelDataUrl", "ParameterValue": URL}]}, URL),
        ({"Parameters": [{"ParameterKey": "ModelDataUrl", "ParameterValue": ""}]}, ""),
        ({"Parameters": [{"ParameterKey": "ModelDataUrl"}]}, ""),
        ({}, ""),
    ],
)
def test_the_served_model_is_a_parameter_of_the_stack(stack: dict[str, Any], url: str) -> None:
    assert served(stack) == url


def test_a_stack_that_isnt_deployed_serves_none() -> None:
    assert served(client_error("ValidationError", "Stack with id DevServing does not exist")) is None


def test_a_missing_permission_is_an_error() -> None:
    with pytest.raises(ClientError, match="not authorized"):
        served(client_error("AccessDenied", "not authorized"))
