"""The resources that a destroyed deployment left behind, except those that AWS itself retains."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.operations.inventory import Inventory


@dataclass(frozen=True)
class RetainedByAws:
    """A resource that remains after every stack is destroyed, because AWS manages it for the account."""

    kind: str
    pattern: str
    reason: str


# The complete list of exceptions. No inventory contains the records of ended training and transform jobs,
# which can't be deleted, nor those of deleted stacks.
RETAINED_BY_AWS = (
    RetainedByAws(
        "rules",
        "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
        "Step Functions creates this managed rule once per account, to be notified when training jobs end.",
    ),
    RetainedByAws(
        "rules",
        "StepFunctionsGetEventsForSageMakerTransformJobsRule",
        "The same, for transform jobs.",
    ),
    RetainedByAws(
        "roles",
        "AWSServiceRoleFor*",
        "A service creates its service-linked role on first use, here Application Auto Scaling.",
    ),
    RetainedByAws(
        "log groups",
        TRAINING_LOG_GROUP,
        "SageMaker's log group of all training jobs of the account; the deployment's streams are deleted.",
    ),
    RetainedByAws(
        "log groups",
        TRANSFORM_LOG_GROUP,
        "SageMaker's log group of all transform jobs of the account; the deployment's streams are deleted.",
    ),
    RetainedByAws(
        "KMS keys",
        "*/PendingDeletion",
        "KMS deletes a key seven days after its stack; until then it costs nothing and encrypts nothing.",
    ),
)


def leftovers(before: Inventory, after: Inventory) -> Inventory:
    """Compare two inventories.

    Parameters
    ----------
    before
        The inventory before the first deployment.
    after
        The inventory after the deployment was destroyed.

    Returns
    -------
    dict
        Kind -> names that are new in `after` and not in `RETAINED_BY_AWS`. Kinds without leftovers are left
        out, so that the result is empty if nothing is left.
    """
    new = {kind: set(names) - set(before.get(kind, [])) for kind, names in after.items()}
    left = {
        kind: sorted(name for name in names if not _is_retained_by_aws(kind, name))
        for kind, names in new.items()
    }
    return {kind: names for kind, names in left.items() if names}


def retained_by_aws(before: Inventory, after: Inventory) -> list[str]:
    """Describe the new resources that AWS itself retains, each with the reason.

    Parameters
    ----------
    before, after
        As for `leftovers`.
    """
    return [
        f"{retained.kind}: {name}. {retained.reason}"
        for retained in RETAINED_BY_AWS
        for name in sorted(set(after.get(retained.kind, [])) - set(before.get(retained.kind, [])))
        if fnmatchcase(name, retained.pattern)
    ]


def owned(deployment: Deployment, inventory: Inventory) -> Inventory:
    """Select the leftovers by the deployment's names, without an earlier inventory.

    Parameters
    ----------
    deployment
        The deployment. CloudFormation's generated names begin with its stacks' names, all other names with
        its prefix.
    inventory
        The current inventory.
    """
    matching = {
        kind: [name for name in names if _is_owned(deployment, name)] for kind, names in inventory.items()
    }
    return leftovers({}, matching)


def describe_leftovers(left: Inventory) -> list[str]:
    """Describe each leftover by its kind and name."""
    return [f"left over: {kind}: {name}" for kind, names in left.items() for name in names]


def _is_retained_by_aws(kind: str, name: str) -> bool:
    return any(retained.kind == kind and fnmatchcase(name, retained.pattern) for retained in RETAINED_BY_AWS)


def _is_owned(deployment: Deployment, name: str) -> bool:
    # The generated names of models and endpoint configurations begin with the logical id: LdaDevModel-...
    logical_ids = f"{deployment.name}{deployment.environment}(Model|Config)"
    beginnings = "|".join([deployment.prefix, *deployment.stack_names, logical_ids])
    pattern = re.compile(f"({beginnings})(-.*)?", re.IGNORECASE)
    return any(pattern.fullmatch(segment) for segment in re.split("[/:]", name))
