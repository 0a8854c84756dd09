"""Whether the instance types of a run exist, and whether the quotas allow as many instances."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import botocore

from inspect_dataset.capacity.account import HOSTING_TYPES, TRAINING_TYPES
from inspect_dataset.capacity.quotas import endpoint_quota, training_quota

if TYPE_CHECKING:
    from inspect_dataset.capacity.account import Account
    from inspect_dataset.capacity.quotas import Quota
    from inspect_dataset.input.environment import Environment, Instances, Training


@dataclass(frozen=True)
class Capacity:
    """Problems, which refuse the run, notes for the report, and how many training jobs run concurrently."""

    problems: list[str]
    notes: list[str]
    max_concurrency: int


def check_capacity(
    account: Account, environment: Environment, *, candidates: int, promotes: bool
) -> Capacity:
    """Compare a run's instances with SageMaker's types and the account's quotas.

    Parameters
    ----------
    candidates
        How many models are trained; 0 where an earlier one is promoted.
    promotes
        Whether the endpoint may be created or updated.
    """
    training, endpoint = environment.training, environment.endpoint
    names = [training_quota(training.instances)] if candidates else []
    names += [endpoint_quota(endpoint)] if promotes else []
    problems: list[str] = []
    notes = account.quotas.notes(names)
    if candidates:
        problems += _type_problem(account, TRAINING_TYPES, "training_instance_type", training.instances)
    if promotes:
        problems += _type_problem(account, HOSTING_TYPES, "endpoint_instance_type", endpoint)
        hosting_problems, hosting_notes = _check_hosting(account, endpoint)
        problems, notes = problems + hosting_problems, notes + hosting_notes
    wanted = min(training.max_concurrency, candidates)
    quota = account.quotas.get(training_quota(training.instances))
    if not quota or not candidates:
        return Capacity(problems, notes, wanted)
    count = training.instances.instance_count
    problems += quota.problem(count, f"a training job takes {count}")
    allowed = _allowed_jobs(quota, training, wanted)
    return Capacity(problems, notes + _fewer_jobs(quota, wanted, allowed), allowed)


def _type_problem(account: Account, enumeration: str, setting: str, instances: Instances) -> list[str]:
    types, instance_type = account.instance_types[enumeration], instances.instance_type
    if instance_type in types:
        return []
    similar = ", ".join(difflib.get_close_matches(instance_type, types)) or types[0]
    return [
        (
            f"The setting {setting} is {instance_type!r}, which isn't among the {len(types)} types that "
            f"SageMaker's {enumeration} lists (botocore {botocore.__version__}). "
            f"Similar types are {similar}. Deploy with -c {setting}=..."
        )
    ]


def _check_hosting(account: Account, endpoint: Instances) -> tuple[list[str], list[str]]:
    """Return the problems of this promotion, and notes on the next one.

    To replace an endpoint's model, SageMaker starts the new instances before it stops the old ones.
    """
    quota, count = account.quotas.get(endpoint_quota(endpoint)), endpoint.instance_count
    if not quota:
        return [], []
    if account.endpoint_exists:
        reason = f"replacing the endpoint's {count} by as many new ones takes {2 * count}"
        return quota.problem(2 * count, reason), []
    problem = quota.problem(
        2 * count, f"an endpoint takes {count}, or {2 * count} while its model is replaced"
    )
    return (problem, []) if quota.value < count else ([], problem)


def _allowed_jobs(quota: Quota, training: Training, wanted: int) -> int:
    """Return how many of the wanted jobs fit: SageMaker refuses the others, it doesn't queue them."""
    return max(1, min(wanted, math.floor(quota.value / training.instances.instance_count)))


def _fewer_jobs(quota: Quota, wanted: int, allowed: int) -> list[str]:
    if allowed == wanted:
        return []
    jobs = "training job runs" if allowed == 1 else "training jobs run"
    return [
        (
            f"The account's quota {quota.name!r} is {quota.value:g}: {allowed} {jobs} at a time "
            f"instead of {wanted}, and the others wait for them."
        )
    ]
