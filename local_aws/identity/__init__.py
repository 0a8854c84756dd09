"""Who acts: principals, their credentials and clients, and what IAM lets them do."""

from local_aws.identity.sessions import (
    OPERATOR,
    Credentials,
    RoleRefusedError,
    account,
    administrator_client,
    allows,
    endpoint,
    principal_client,
    region,
    role_client,
    role_credentials,
    session_arn,
    session_of,
    stack_client,
    trusts,
)

__all__ = [
    "OPERATOR",
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
    "session_of",
    "stack_client",
    "trusts",
]
