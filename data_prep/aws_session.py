"""The session of AWS, with the region of the shell."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3 import S3Client


def aws_session() -> "boto3.Session":
    """Return a session of the shell's credentials and region.

    AWS_REGION comes first, as in AWS's other SDKs; boto3 itself reads AWS_DEFAULT_REGION only.
    """
    import boto3  # noqa: PLC0415 -- only what calls AWS needs it, and importing it is slow

    return boto3.Session(region_name=os.environ.get("AWS_REGION") or None)


def s3_client() -> "S3Client":
    """Return a client of S3."""
    return aws_session().client("s3")


@contextmanager
def s3_errors(location: str) -> Iterator[None]:
    """Convert boto3's errors to OSError with the location."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- only S3 needs it

    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise OSError(f"{location}: {error}") from error
