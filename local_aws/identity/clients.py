"""boto3 clients that call this server over HTTP as a principal, so that IAM authorises their calls too."""

import functools
import os
import threading
from contextvars import ContextVar
from typing import Any

import boto3
from botocore.config import Config

from local_aws.identity.sessions import Credentials, region, role_credentials, session_credentials
from local_aws.process.environment import ADMINISTRATOR

_CREATING = threading.Lock()  # boto3's clients are thread-safe, its sessions are not

STACK_PRINCIPAL: ContextVar[str] = ContextVar("stack_principal")
"""ARN of the principal whose permissions the running stack operation has."""


def endpoint() -> str:
    """Return the URL of this server."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def administrator_client(service: str) -> Any:
    """Return a boto3 client that may do everything in this account."""
    return _client(service, Credentials(ADMINISTRATOR, ADMINISTRATOR, ""), region())


def role_client(role_arn: str, service: str, *, session_name: str, source: str, source_arn: str = "") -> Any:
    """Return a boto3 client with a session of a role.

    Parameters
    ----------
    role_arn
        The role to assume.
    service
        boto3's name of the service to call.
    session_name
        The end of the session's ARN, as CloudTrail would show it.
    source
        The service principal that assumes the role ("sagemaker.amazonaws.com").
    source_arn
        The resource on whose behalf, for conditions on aws:SourceArn; "" for one that has no ARN yet.

    Raises
    ------
    RoleRefusedError
        If there is no such role, or its trust policy doesn't name the source.
    """
    credentials = role_credentials(role_arn, session_name=session_name, source=source, source_arn=source_arn)
    return _client(service, credentials, region())


def stack_client(service: str) -> Any:
    """Return a boto3 client with the permissions of the running stack operation.

    They are those of the stack's role, and without one those of the principal that started the operation
    (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html). Only provisioners of
    CloudFormation types may call this.
    """
    return principal_client(STACK_PRINCIPAL.get(), service)


def principal_client(arn: str, service: str) -> Any:
    """Return a boto3 client that acts as a user, a role session or the account's root, by its ARN."""
    if arn.endswith(":root"):
        return administrator_client(service)
    return _client(service, session_credentials(arn), region())


@functools.lru_cache(maxsize=256)
def _client(service: str, credentials: Credentials, region_name: str) -> Any:
    with _CREATING:
        create: Any = _session().client  # the stubs know services by literal names only
        return create(
            service,
            region_name=region_name,
            endpoint_url=endpoint(),
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.session_token or None,
            # One attempt: the server is this process, so a retry would only hide the first error.
            config=Config(
                retries={"total_max_attempts": 1}, read_timeout=900, s3={"addressing_style": "path"}
            ),
        )


@functools.lru_cache(maxsize=1)
def _session() -> boto3.Session:
    return boto3.Session()
