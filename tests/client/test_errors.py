"""The messages of errors of AWS and of the operating system, and None for a missing resource."""

import boto3
import pytest
from botocore.exceptions import ClientError, NoRegionError

from client.errors import error_message, none_if_missing
from tests.client.conftest import StubbedAws


def test_the_sentence_for_a_missing_region_names_the_variable_that_boto3_reads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(NoRegionError) as error:
        boto3.Session().client("cloudformation")
    assert "Set AWS_REGION" in error_message(error.value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert boto3.Session().client("cloudformation").meta.region_name == "eu-west-1"


def test_an_error_without_a_message_is_described_by_its_type() -> None:
    assert error_message(OSError()) == "OSError"
    assert error_message(FileNotFoundError(2, "No such file", "x.npz")) == "There is no file or folder x.npz."


def test_a_missing_package_names_the_extra_that_brings_it() -> None:
    missing = ModuleNotFoundError("No module named 'boto3'", name="boto3")
    assert error_message(missing) == "This needs boto3. In this project's folder: pip install '.[aws]'"
    assert error_message(ModuleNotFoundError("No module named 'x'", name="x")) == "No module named 'x'"


@pytest.mark.parametrize(
    ("code", "message", "missing"),
    [
        ("ResourceNotFoundException", "no group", True),
        ("ValidationException", 'Could not find endpoint "lda-dev".', True),
        ("ValidationException", "Stack x does not exist", True),
        ("ValidationException", "1 validation error detected", False),
        ("AccessDenied", "does not exist", False),
    ],
)
def test_only_the_error_codes_of_a_missing_resource_become_none(
    aws: StubbedAws, code: str, message: str, *, missing: bool
) -> None:
    aws.respond_error("sts", "get_caller_identity", code, message)
    call = aws.client("sts").get_caller_identity
    codes = ("ResourceNotFoundException", "ValidationException")
    if missing:
        assert none_if_missing(call, *codes) is None
    else:
        with pytest.raises(ClientError, match=code):
            none_if_missing(call, *codes)
