"""The request's account and region, and the credentials of users and role sessions."""

import hashlib
import secrets
from typing import NamedTuple

from local_aws.identity.trust import trusts
from local_aws.ministack.bindings import ministack
from local_aws.ministack.documents import Session

_SECRET = secrets.token_hex()


class Credentials(NamedTuple):
    """Temporary credentials of a role session, for a process's environment."""

    access_key: str
    secret_key: str
    session_token: str


class RoleRefusedError(PermissionError):
    """The role doesn't exist, or its trust policy doesn't name the service that assumes it."""


def account() -> str:
    """Return the account of the request that is being served, 12 digits."""
    return ministack.account_id()


def region() -> str:
    """Return the region of the request that is being served."""
    return ministack.region()


def role_credentials(role_arn: str, *, session_name: str, source: str, source_arn: str = "") -> Credentials:
    """Return credentials of a session of a role, for a program's environment.

    The session is the same for the same role and name, and lives as long as the server.

    Raises
    ------
    RoleRefusedError
        As `local_aws.identity.clients.role_client`.
    """
    if not trusts(role_arn, source, source_arn):
        raise RoleRefusedError(
            f"The role {role_arn} cannot be assumed by {source}: it doesn't exist, or its trust policy "
            "allows sts:AssumeRole to others only."
        )
    return session_credentials(session_arn(role_arn, session_name))


def session_arn(role_arn: str, session_name: str) -> str:
    """Return the ARN of a session of a role, as policies and messages name it."""
    owner, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    return f"arn:aws:sts::{owner}:assumed-role/{name}/{session_name}"


def session_credentials(arn: str) -> Credentials:
    """Return credentials of a user or a role session, by its ARN; its trust policy is not checked."""
    digest = hashlib.sha256(f"{arn} {_SECRET}".encode()).hexdigest()
    credentials = Credentials(f"ASIA{digest[:16].upper()}", digest[16:56], digest)
    session = Session(
        Arn=arn,
        UserId=arn.partition("/")[2].replace("/", ":"),
        AccountId=arn.split(":")[4],
        PrincipalType="AssumedRole" if ":assumed-role/" in arn else "User",
        SecretAccessKey=credentials.secret_key,
        SessionToken=credentials.session_token,
    )
    ministack.register_session(credentials.access_key, session)
    return credentials
