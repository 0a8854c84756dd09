"""S3 as jobs and models use it, with the execution role: locations, listings, downloads."""

import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from local_aws.identity import RoleRefusedError
from local_aws.sagemaker.core.access.execution_role import ExecutionRole
from local_aws.sagemaker.core.errors import invalid

MAX_OBJECTS = 100_000


class S3Location(NamedTuple):
    """A bucket and a key or prefix in it."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The location as ``s3://bucket/key``."""
        return f"s3://{self.bucket}/{self.key}"


def parse_uri(uri: str, member: str) -> S3Location:
    """Read an S3 URI.

    Parameters
    ----------
    uri
        The URI.
    member
        The request's member that contains it, for the message.

    Raises
    ------
    ServiceError
        It is not of the form ``s3://bucket/key``.
    """
    match = re.fullmatch(r"s3://([^/]+)/?(.*)", uri, re.DOTALL)
    if not match:
        raise invalid(f"{member} is {uri!r}; write it as s3://bucket/prefix (no other form is supported).")
    return S3Location(match[1], match[2])


def client_of_role(role_arn: str) -> Any:
    """Return a client of S3 that acts as an execution role.

    Raises
    ------
    ServiceError
        The role doesn't exist, or SageMaker may not assume it.
    """
    try:
        return ExecutionRole(role_arn).client("s3")
    except RoleRefusedError as error:
        raise invalid(
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'sagemaker.amazonaws.com' to assume the role. {error}"
        ) from error


def require_objects(s3: Any, location: S3Location, role_arn: str, region: str) -> None:
    """Check that a prefix has objects when a job is created, as SageMaker does.

    Raises
    ------
    ServiceError
        In SageMaker's wording: there are none, or the role may not list the bucket.
    """
    detail = ""
    try:
        if _list_keys(s3, location, limit=1):
            return
    except ClientError as error:
        detail = f" ({error.response['Error']['Message']})"
    raise invalid(
        f'No S3 objects found under S3 URL "{location.uri}" given in input data source. Please ensure '
        f"that the bucket exists in the selected region ({region}), that objects exist under that S3 prefix, "
        f'and that the role "{role_arn}" has "s3:ListBucket" permissions on bucket '
        f'"{location.bucket}".{detail}'
    )


def list_objects(s3: Any, location: S3Location) -> list[S3Location]:
    """List all objects under a prefix, in the order of their keys.

    Raises
    ------
    ValueError
        There are more objects than a job may have.
    botocore.exceptions.ClientError
        The bucket doesn't exist or may not be listed.
    """
    keys = _list_keys(s3, location, MAX_OBJECTS + 1)
    if len(keys) > MAX_OBJECTS:
        raise ValueError(f"{location.uri} contains more than {MAX_OBJECTS} objects; join them into fewer.")
    return [S3Location(location.bucket, key) for key in sorted(keys)]


def _list_keys(s3: Any, location: S3Location, limit: int) -> list[str]:
    """List the first objects under a prefix, without the placeholders of folders."""
    keys: list[str] = []
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=location.bucket, Prefix=location.key)
    for page in pages:
        keys += [item["Key"] for item in page.get("Contents", []) if not item["Key"].endswith("/")]
        if len(keys) >= limit:
            break
    return keys[:limit]


def relative_path(key: str, prefix: str) -> str:
    """Return an object's path relative to its prefix.

    This is the part of the key after the prefix, read as a folder. An object that is the prefix itself, or
    that merely starts with it, keeps what follows the prefix's last slash.
    """
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    if key.startswith(folder):
        return key[len(folder) :]
    return key[prefix.rfind("/") + 1 :]


def download(s3: Any, location: S3Location, path: Path) -> None:
    """Copy one object into a file.

    Raises
    ------
    botocore.exceptions.ClientError
        The object doesn't exist or may not be read.
    """
    # download_file would begin with HeadObject, whose refusals carry no message.
    with s3.get_object(Bucket=location.bucket, Key=location.key)["Body"] as body, path.open("wb") as file:
        shutil.copyfileobj(body, file)
