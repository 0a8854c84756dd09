"""What the policies of roles and keys allow service principals."""

import json
from typing import Any

from local_aws.ministack.bindings import ministack
from local_aws.ministack.documents import Policy

# The types of the resources on whose behalf services assume roles.
_RESOURCE_TYPES = {"states": "stateMachine", "lambda": "function"}


def trusts(role_arn: str, source: str, source_arn: str = "") -> bool:
    """Whether the role exists and its trust policy names the service principal, or the regional one."""
    if not role_arn.startswith("arn:aws:iam::") or ":role/" not in role_arn:
        return False
    role = ministack.roles.get_scoped(role_arn.split(":")[4], None, role_arn.rpartition("/")[2])
    if role is None:
        return False
    return allows(role["AssumeRolePolicyDocument"], "sts:AssumeRole", role_arn, source, source_arn)


def allows(policy: Policy, action: str, resource_arn: str, source: str, source_arn: str = "") -> bool:
    """Whether a resource's policy allows an action to a service principal, or to the regional one.

    Parameters
    ----------
    policy
        The policy, of a role or a key.
    action, resource_arn
        The action, and the resource that it is done to.
    source, source_arn
        The service principal, and the resource on whose behalf it acts, or "".
    """
    document = _for_services(policy)
    regional = source.replace(".amazonaws.com", f".{ministack.region()}.amazonaws.com")
    return any(
        ministack.evaluate_trust_policy(
            document, principal, _context(principal, action, resource_arn, source_arn)
        )
        for principal in (source, regional)
    )


def _context(principal: str, action: str, resource_arn: str, source_arn: str) -> object:
    """Return the context for a policy's conditions when a service acts on a resource."""
    service, account, region = principal.partition(".")[0], ministack.account_id(), ministack.region()
    resource_type = _RESOURCE_TYPES.get(service, "resource")
    return ministack.evaluation_context(
        principal_arn=principal,
        principal_type="Service",
        principal_account=account,
        action=action,
        resource_arn=resource_arn,
        region=region,
        service_context={
            "aws:sourceaccount": account,
            "aws:sourcearn": source_arn or f"arn:aws:{service}:{region}:{account}:{resource_type}:new",
        },
    )


def _for_services(policy: Policy) -> dict[str, Any]:
    """Return the statements on services, written so that ministack's matcher compares service principals."""
    document = json.loads(policy) if isinstance(policy, str) else policy
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    return {
        "Statement": [
            {**statement, "Principal": {"AWS": statement["Principal"]["Service"]}}
            for statement in statements
            if isinstance(statement.get("Principal"), dict) and "Service" in statement["Principal"]
        ]
    }
