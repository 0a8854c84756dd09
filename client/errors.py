"""The errors of the commands, and their messages for the user."""

from collections.abc import Callable
from typing import Any

INTERRUPTED = 130  # the exit code after Ctrl-C, as of a shell
# The codes by which CloudFormation and SageMaker report a missing resource, and every other invalid request.
_AMBIGUOUS_CODES = {"ValidationError", "ValidationException"}
# package -> the extra of this project that installs it
_EXTRAS = {"boto3": "aws", "botocore": "aws", "matplotlib": "plots"}


class UserError(Exception):
    """An error whose message is for the user who ran the command: what is wrong and what to do about it."""


def aws_errors() -> tuple[type[Exception], ...]:
    """Return the exceptions that AWS calls raise; none without the extra `aws`."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ModuleNotFoundError:
        return ()
    return BotoCoreError, ClientError


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the classes of errors that a command reports in a sentence."""
    from data_prep.text.errors import TextError

    return (UserError, TextError, ModuleNotFoundError, OSError, *aws_errors())


def error_message(error: BaseException) -> str:
    """Describe an error in a sentence.

    Parameters
    ----------
    error
        A `UserError`, an error of botocore or of the operating system, or any other.

    Returns
    -------
    str
        The sentence; AWS's own message if there is one.
    """
    if isinstance(error, aws_errors()):
        return _aws_error_message(error)
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRAS:
        extra = _EXTRAS[error.name]
        return f"This needs {error.name}. In this project's folder: pip install '.[{extra}]'"
    if isinstance(error, FileNotFoundError):
        return f"There is no file or folder {error.filename}."
    return str(error) or type(error).__name__


def _aws_error_message(error: BaseException) -> str:
    from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, NoRegionError

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
    return str(error)


def none_if_missing(call: Callable[[], Any], *missing_codes: str) -> Any | None:
    """Call AWS; return None if the resource does not exist.

    Parameters
    ----------
    call
        The request, as a function without arguments.
    *missing_codes
        The error codes that report a missing resource. A validation error also needs "not exist" or
        "not find" in its message.

    Raises
    ------
    botocore.exceptions.ClientError
        Any other error.
    """
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        reports_missing = code not in _AMBIGUOUS_CODES or "not exist" in message or "not find" in message
        if code in missing_codes and reports_missing:
            return None
        raise
