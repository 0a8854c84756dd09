"""Sentences instead of stack traces."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)


class SayableError(Exception):
    """What went wrong and what to do, as a sentence for the person who ran the command."""


def sentence(error: BaseException) -> str:
    """Say an AWS or operating system error as a sentence.

    Parameters
    ----------
    error
        A `SayableError`, an error of botocore, or any other.

    Returns
    -------
    str
        The sentence; AWS's own message where AWS gave one.
    """
    if isinstance(error, NoCredentialsError):
        return (
            "No AWS credentials were found. Configure them (aws configure), or point this shell at the "
            'AWS on this machine: eval "$(python -m local_aws env)".'
        )
    if isinstance(error, NoRegionError):
        return "No AWS region is set. Set AWS_REGION, for example to us-east-1."
    if isinstance(error, EndpointConnectionError):
        return f"{error} Is it running? (python -m local_aws status)"
    if isinstance(error, ClientError):
        return f"AWS refused {error.operation_name}: {error.response['Error']['Message']}"
    if isinstance(error, FileNotFoundError):
        return f"There is no file or folder {error.filename}."
    return str(error) or type(error).__name__


def found(call: Callable[[], Any], *absent: str) -> Any | None:
    """Call AWS; None where the answer is that the thing isn't there.

    Parameters
    ----------
    call
        The request, as a function without arguments.
    *absent
        The error codes that mean "isn't there"; "ValidationError" needs "does not exist" in its message.

    Raises
    ------
    botocore.exceptions.ClientError
        Any other refusal.
    """
    try:
        return call()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        vague = code in {"ValidationError", "ValidationException"}
        if code in absent and (not vague or "not exist" in message or "not find" in message):
            return None
        raise
