"""The grants of the deployed roles, and their removal one at a time."""

import contextlib
import copy
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from tests.end_to_end.helpers.deployment import Deployment, Outcome

# Reasons why an execution does not show that a grant is needed.
DELIVERY = "needed when a state machine with a log group is created or updated, not by an execution"
TRACING = "Step Functions sends traces if it may; an execution does not depend on them"
FUNCTION_LOG = "a function without permission to write its log still runs"

# Beginnings of the names of the roles that only bulk scoring uses.
BULK_SCORING_ROLES = tuple(
    f"DevTraining-{name}"
    for name in ("RolesTransform", "Transform", "FunctionsInspectTransform", "FunctionsDeleteModel")
)


@dataclass(frozen=True)
class Grant:
    """One action in one statement of one inline policy."""

    role: str
    policy: str
    statement: int
    action: str

    def exception(self, exceptions: Collection[tuple[str, str]]) -> tuple[str, str] | None:
        """Return the exception (beginning of a role's name, action) that applies to this grant."""
        matching = (e for e in exceptions if self.role.startswith(e[0]) and self.action == e[1])
        return next(matching, None)


def deployed_grants(deployment: Deployment) -> list[Grant]:
    iam, cloudformation = deployment.local_aws.client("iam"), deployment.local_aws.client("cloudformation")
    return [
        Grant(resource["PhysicalResourceId"], policy, number, action)
        for stack in ("DevStorage", "DevTraining", "DevServing")
        for resource in cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        if resource["ResourceType"] == "AWS::IAM::Role"
        for policy in iam.list_role_policies(RoleName=resource["PhysicalResourceId"])["PolicyNames"]
        for number, statement in enumerate(
            policy_document(iam, resource["PhysicalResourceId"], policy)["Statement"]
        )
        for action in as_list(statement["Action"])
    ]


def policy_document(iam: Any, role: str, policy: str) -> dict[str, Any]:
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    return dict(document if isinstance(document, dict) else json.loads(document))


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def without_grant(document: dict[str, Any], grant: Grant) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    statement = changed["Statement"][grant.statement]
    remaining = [action for action in as_list(statement["Action"]) if action != grant.action]
    statement["Action"] = remaining or ["none:Nothing"]
    return changed


@contextlib.contextmanager
def removed(iam: Any, grant: Grant) -> Iterator[None]:
    """Remove a grant from its policy, and restore the policy afterwards."""
    names = {"RoleName": grant.role, "PolicyName": grant.policy}
    before = policy_document(iam, grant.role, grant.policy)
    iam.put_role_policy(**names, PolicyDocument=json.dumps(without_grant(before, grant)))
    yield
    iam.put_role_policy(**names, PolicyDocument=json.dumps(before))


def is_access_denied(outcome: Outcome) -> bool:
    message = f"{outcome.error} {outcome.cause}".lower()
    return outcome.status == "FAILED" and ("not authorized" in message or "access" in message)
