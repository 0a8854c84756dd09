"""Whether the instances that a run takes exist, and whether the account may have so many of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from inspect_dataset.capacity import instance_types, quotas

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.client import SageMakerClient

    from inspect_dataset.capacity.quotas import Quota
    from inspect_dataset.environment import Environment, Training


@dataclass(frozen=True)
class Capacity:
    """What is wrong, what is worth knowing, and how many training jobs may run at once."""

    problems: list[str]
    notes: list[str]
    jobs_at_once: int


@dataclass(frozen=True)
class Services:
    """Where instance types, the endpoint and quotas are read."""

    sagemaker: SageMakerClient
    quotas: Any


def check(services: Services, said: Environment, *, candidates: int, promote: bool) -> Capacity:
    """Compare a run's instances with SageMaker's types and the account's quotas.

    Parameters
    ----------
    candidates
        How many models are trained; none where an earlier one is promoted.
    promote
        Whether the endpoint may be made or updated.
    """
    problems = _type_problems(services.sagemaker, said, trains=candidates > 0, promote=promote)
    names = [quotas.for_training(said.training.instances)] if candidates else []
    names += [quotas.for_endpoint(said.endpoint)] if promote else []
    read = quotas.read(services.quotas, names)
    notes = read.notes(names)
    if promote and (hosting := read.get(quotas.for_endpoint(said.endpoint))):
        refused, told = _hosting(services.sagemaker, said, hosting)
        problems, notes = problems + refused, notes + told
    wanted = min(said.training.jobs_at_once, candidates)
    training = read.get(quotas.for_training(said.training.instances))
    if not training or not candidates:
        return Capacity(problems, notes, wanted)
    count = said.training.instances.instance_count
    problems += training.problem(count, f"a training job takes {count}")
    fitting = _fitting(training, said.training, wanted)
    return Capacity(problems, notes + _fewer(training, wanted, fitting), fitting)


def _type_problems(client: SageMakerClient, said: Environment, *, trains: bool, promote: bool) -> list[str]:
    training = said.training.instances.instance_type
    found = []
    if trains:
        found += instance_types.problem(client, instance_types.TRAINING, "training_instance_type", training)
    if promote:
        found += instance_types.problem(
            client, instance_types.HOSTING, "endpoint_instance_type", said.endpoint.instance_type
        )
    return found


def _hosting(client: SageMakerClient, said: Environment, quota: Quota) -> tuple[list[str], list[str]]:
    """Return what refuses the promotion, and what will refuse the next one.

    To replace an endpoint's model, SageMaker starts the new instances beside the old ones.
    """
    count = said.endpoint.instance_count
    if _exists(client, said.endpoint_name):
        why = f"replacing the endpoint's {count} by as many new ones takes {2 * count}"
        return quota.problem(2 * count, why), []
    told = quota.problem(2 * count, f"an endpoint takes {count}, or {2 * count} while its model is replaced")
    return (told, []) if quota.value < count else ([], told)


def _exists(client: SageMakerClient, endpoint: str) -> bool:
    try:
        client.describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":  # SageMaker's word for "could not find"
            raise
        return False
    return True


def _fitting(quota: Quota, training: Training, wanted: int) -> int:
    """Return how many of the wanted jobs fit: SageMaker would refuse the others, and not let them wait."""
    return max(1, min(wanted, math.floor(quota.value / training.instances.instance_count)))


def _fewer(quota: Quota, wanted: int, fitting: int) -> list[str]:
    if fitting == wanted:
        return []
    jobs = "training job runs" if fitting == 1 else "training jobs run"
    return [
        (
            f"The account's quota {quota.name!r} is {quota.value:g}: {fitting} {jobs} at once "
            f"instead of {wanted}, and the others wait for them."
        )
    ]
