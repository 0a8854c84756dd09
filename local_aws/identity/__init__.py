"""Principals: their credentials, their boto3 clients and their permissions."""

from local_aws.identity.clients import (
    STACK_PRINCIPAL,
    administrator_client,
    endpoint,
    principal_client,
    role_client,
    stack_client,
)
from local_aws.identity.sessions import (
    Credentials,
    RoleRefusedError,
    account,
    region,
    role_credentials,
    session_arn,
    session_credentials,
)
from local_aws.identity.trust import allows, trusts

__all__ = [
    "STACK_PRINCIPAL",
    "Credentials",
    "RoleRefusedError",
    "account",
    "administrator_client",
    "allows",
    "endpoint",
    "principal_client",
    "region",
    "role_client",
    "role_credentials",
    "session_arn",
    "session_credentials",
    "stack_client",
    "trusts",
]
