"""What a deployment left behind, beyond what AWS keeps by itself."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from client.deployment import TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.operations.inventory import Inventory


@dataclass(frozen=True)
class Kept:
    """Something that stays after every stack is destroyed, because AWS made it for the account."""

    kind: str
    pattern: str
    reason: str


# The whole list: the check for leftovers excuses nothing else. No inventory holds the records of ended
# training and transform jobs, which can't be deleted, and of deleted stacks.
KEPT_BY_AWS = (
    Kept(
        "rules",
        "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
        "Step Functions makes this managed rule once an account, to hear when training jobs end.",
    ),
    Kept(
        "rules",
        "StepFunctionsGetEventsForSageMakerTransformJobsRule",
        "The same, to hear when transform jobs end.",
    ),
    Kept(
        "roles",
        "AWSServiceRoleFor*",
        "A service makes its service-linked role on first use, here Application Auto Scaling.",
    ),
    Kept(
        "log groups",
        TRAINING_LOG_GROUP,
        "SageMaker's log group of all training jobs of the account; our streams in it are deleted.",
    ),
    Kept(
        "log groups",
        TRANSFORM_LOG_GROUP,
        "SageMaker's log group of all transform jobs of the account; our streams in it are deleted.",
    ),
    Kept(
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
        Taken before the first deployment.
    after
        Taken after destroying.

    Returns
    -------
    dict
        Kind to the names that are in `after`, weren't in `before` and aren't in `KEPT_BY_AWS`; kinds without
        any are left out, so that nothing left is an empty dictionary.
    """
    new = {kind: set(names) - set(before.get(kind, [])) for kind, names in after.items()}
    left = {kind: sorted(name for name in names if not _is_kept(kind, name)) for kind, names in new.items()}
    return {kind: names for kind, names in left.items() if names}


def excused(before: Inventory, after: Inventory) -> list[str]:
    """Say what is new and no leftover, because AWS keeps it by itself, each with the reason.

    Parameters
    ----------
    before, after
        As for `leftovers`.
    """
    return [
        f"{kept.kind}: {name}. {kept.reason}"
        for kept in KEPT_BY_AWS
        for name in sorted(set(after.get(kept.kind, [])) - set(before.get(kept.kind, [])))
        if fnmatchcase(name, kept.pattern)
    ]


def owned(deployment: Deployment, inventory: Inventory) -> Inventory:
    """Pick what carries the deployment's names, for accounts of which no earlier inventory was taken.

    Parameters
    ----------
    deployment
        Whose names are looked for: CloudFormation begins generated names with the stack's, and everything
        else is called by the prefix.
    inventory
        What there is.
    """
    mine = {
        kind: [name for name in names if _is_owned(deployment, name)] for kind, names in inventory.items()
    }
    return leftovers({}, mine)


def tell(left: Inventory) -> list[str]:
    """Say each leftover by its kind and name."""
    return [f"left over: {kind}: {name}" for kind, names in left.items() for name in names]


def _is_kept(kind: str, name: str) -> bool:
    return any(kept.kind == kind and fnmatchcase(name, kept.pattern) for kept in KEPT_BY_AWS)


def _is_owned(deployment: Deployment, name: str) -> bool:
    beginnings = [deployment.prefix, *deployment.stacks]
    # SageMaker's generated names begin with the logical id instead of the stack: LdaDevModel-...
    identifiers = f"{deployment.name}{deployment.environment}(Model|Config)"
    mine = re.compile(f"({'|'.join([*beginnings, identifiers])})(-.*)?", re.IGNORECASE)
    return any(mine.fullmatch(segment) for segment in re.split("[/:]", name))
