"""boto3 clients that call this server back over HTTP as somebody, so that IAM decides about them too."""

import functools
import hashlib
import json
import os
import secrets
import threading
from contextvars import ContextVar
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from local_aws.ministack import bindings
from local_aws.process.environment import ADMINISTRATOR

_SECRET = secrets.token_hex()
_MAKING = threading.Lock()  # boto3 sessions are not made for threads, its clients are
_KINDS = {"states": "stateMachine", "lambda": "function"}  # of the resources that services assume roles for

OPERATOR: ContextVar[str] = ContextVar("operator")
"""ARN of the principal whose rights the running stack operation has."""


class Credentials(NamedTuple):
    """Temporary credentials of a role session, for a process's environment."""

    access_key: str
    secret_key: str
    session_token: str


class RoleRefusedError(PermissionError):
    """A role that isn't there, or whose trust policy doesn't name the one who wants to assume it."""


def endpoint() -> str:
    """Return where this server listens."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def account() -> str:
    """Return the account of the request that is being served, 12 digits."""
    return str(bindings.get("account")())


def region() -> str:
    """Return the region of the request that is being served."""
    return str(bindings.get("region")())


def administrator_client(service: str) -> Any:
    """Return a boto3 client that may do everything in this account."""
    return _client(service, Credentials(ADMINISTRATOR, ADMINISTRATOR, ""), region())


def role_client(role_arn: str, service: str, *, session_name: str, source: str, source_arn: str = "") -> Any:
    """Return a boto3 client with a session of a role.

    Parameters
    ----------
    role_arn
        The role that the work is done with.
    service
        boto3's name of the service to call.
    session_name
        The end of the session's ARN, as CloudTrail would show it.
    source
        Who assumes the role: a service principal ("sagemaker.amazonaws.com").
    source_arn
        The resource on whose behalf, for conditions on aws:SourceArn; "" for one that has no ARN yet.

    Raises
    ------
    RoleRefusedError
        If there is no such role, or its trust policy doesn't name the source.
    """
    keys = role_credentials(role_arn, session_name=session_name, source=source, source_arn=source_arn)
    return _client(service, keys, region())


def role_credentials(role_arn: str, *, session_name: str, source: str, source_arn: str = "") -> Credentials:
    """Return keys of a session of a role, for a program that is started with them.

    The session is the same one for the same role and name, and lives as long as the server.

    Raises
    ------
    RoleRefusedError
        As `role_client`.
    """
    if not trusts(role_arn, source, source_arn):
        raise RoleRefusedError(
            f"The role {role_arn} cannot be assumed by {source}: it doesn't exist, or its trust policy "
            "allows sts:AssumeRole to others only."
        )
    return session_of(session_arn(role_arn, session_name))


def session_arn(role_arn: str, session_name: str) -> str:
    """Return the ARN of a session of a role, as policies and messages name it."""
    owner, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    return f"arn:aws:sts::{owner}:assumed-role/{name}/{session_name}"


def stack_client(service: str) -> Any:
    """Return a boto3 client with the rights that the running stack operation has.

    They are the rights of the stack's role, and without one those of whoever started the operation
    (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html). Only provisioners of
    CloudFormation types may call this.
    """
    return principal_client(OPERATOR.get(), service)


def principal_client(arn: str, service: str) -> Any:
    """Return a boto3 client that acts as a user, a role session or the account's root, by its ARN."""
    if arn.endswith(":root"):
        return administrator_client(service)
    return _client(service, session_of(arn), region())


def session_of(arn: str) -> Credentials:
    """Return keys that act as a user or a role session, by its ARN; whether anyone trusts it is not asked."""
    digest = hashlib.sha256(f"{arn} {_SECRET}".encode()).hexdigest()
    keys = Credentials(f"ASIA{digest[:16].upper()}", digest[16:56], digest)
    bindings.get("register session")(
        keys.access_key,
        {
            "Arn": arn,
            "UserId": arn.partition("/")[2].replace("/", ":"),
            "AccountId": arn.split(":")[4],
            "PrincipalType": "AssumedRole" if ":assumed-role/" in arn else "User",
            "SecretAccessKey": keys.secret_key,
            "SessionToken": keys.session_token,
        },
    )
    return keys


def trusts(role_arn: str, source: str, source_arn: str = "") -> bool:
    """Whether the role is there and its trust policy names the service principal, or the regional one."""
    if not role_arn.startswith("arn:aws:iam::") or ":role/" not in role_arn:
        return False
    role = bindings.get("roles").get_scoped(role_arn.split(":")[4], None, role_arn.rpartition("/")[2])
    if role is None:
        return False
    return allows(role["AssumeRolePolicyDocument"], "sts:AssumeRole", role_arn, source, source_arn)


def allows(
    policy: str | dict[str, Any], action: str, resource_arn: str, source: str, source_arn: str = ""
) -> bool:
    """Whether a resource's policy lets a service principal, or the regional one, do something to it.

    Parameters
    ----------
    policy
        The policy, of a role or a key.
    action, resource_arn
        What is done to what.
    source, source_arn
        The service principal, and the resource on whose behalf it acts, or "".
    """
    document = _for_services(policy)
    regional = source.replace(".amazonaws.com", f".{region()}.amazonaws.com")
    return any(
        bindings.get("evaluate trust")(
            document, principal, _request_of(principal, action, resource_arn, source_arn)
        )
        for principal in (source, regional)
    )


def _request_of(principal: str, action: str, resource_arn: str, source_arn: str) -> Any:
    """Return what a policy's conditions look at when a service acts on a resource."""
    service = principal.partition(".")[0]
    kind = _KINDS.get(service, "resource")
    return bindings.get("evaluation context")(
        principal_arn=principal,
        principal_type="Service",
        principal_account=account(),
        action=action,
        resource_arn=resource_arn,
        region=region(),
        service_context={
            "aws:sourceaccount": account(),
            "aws:sourcearn": source_arn or f"arn:aws:{service}:{region()}:{account()}:{kind}:new",
        },
    )


def _for_services(document: str | dict[str, Any]) -> dict[str, Any]:
    """Keep the statements on services, written so that ministack's matcher compares service principals."""
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    return {
        "Statement": [
            {**statement, "Principal": {"AWS": statement["Principal"]["Service"]}}
            for statement in statements
            if isinstance(statement.get("Principal"), dict) and "Service" in statement["Principal"]
        ]
    }


@functools.lru_cache(maxsize=256)
def _client(service: str, keys: Credentials, region_name: str) -> Any:
    with _MAKING:
        make: Any = _session().client  # the stubs know services by literal names only
        return make(
            service,
            region_name=region_name,
            endpoint_url=endpoint(),
            aws_access_key_id=keys.access_key,
            aws_secret_access_key=keys.secret_key,
            aws_session_token=keys.session_token or None,
            # One attempt: the server is this process, so another would only hide what the first one said.
            config=Config(
                retries={"total_max_attempts": 1}, read_timeout=900, s3={"addressing_style": "path"}
            ),
        )


@functools.lru_cache(maxsize=1)
def _session() -> boto3.Session:
    return boto3.Session()
