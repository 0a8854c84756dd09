"""The account's quotas on instances, where they can be read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspect_dataset.environment import Instances

# SageMaker's quotas fill dozens of pages, and a run is not to wait for them longer than this.
SECONDS: Final = 20.0
_PAGE: Final = 100


@dataclass(frozen=True)
class Quota:
    """How many instances the account may have, and the code by which more are asked for."""

    name: str
    code: str
    value: float

    def problem(self, needed: int, why: str) -> list[str]:
        """Return nothing, or that the quota is smaller than what is `needed`, `why` being how that comes."""
        if self.value >= needed:
            return []
        return [
            (
                f"The account's quota {self.name!r} is {self.value:g}, and {why}. Ask for "
                f"{needed}: in the console under Service Quotas, AWS services, Amazon SageMaker, or with aws "
                "service-quotas request-service-quota-increase --service-code sagemaker --quota-code "
                f"{self.code} --desired-value {needed}"
            )
        ]


@dataclass(frozen=True)
class Quotas:
    """The quotas that were found by their names, and why one may be missing."""

    found: Mapping[str, Quota]
    reason: str

    def get(self, name: str) -> Quota | None:
        """Return the quota of a name, if it could be read."""
        return self.found.get(name)

    def notes(self, names: list[str]) -> list[str]:
        """Return a sentence about those that couldn't be read."""
        missing = [repr(name) for name in names if name not in self.found]
        if not missing:
            return []
        noun, verb = ("quota", "wasn't") if len(missing) == 1 else ("quotas", "weren't")
        return [f"The {noun} {' and '.join(missing)} {verb} checked: {self.reason}."]


def for_training(instances: Instances) -> str:
    """Return the name of the quota on the instances of training jobs."""
    return f"{instances.instance_type} for training job usage"


def for_endpoint(instances: Instances) -> str:
    """Return the name of the quota on the instances of endpoints."""
    return f"{instances.instance_type} for endpoint usage"


def read(client: Any, names: list[str], clock: Callable[[], float] = time.monotonic) -> Quotas:
    """Read the account's quotas of these names, for a bounded time; what can't be read is no failure."""
    found: dict[str, Quota] = {}
    end = clock() + SECONDS
    try:
        for quota in _listed(client):
            if quota["QuotaName"] in names and "Value" in quota:
                found[quota["QuotaName"]] = Quota(quota["QuotaName"], quota["QuotaCode"], quota["Value"])
            if len(found) == len(set(names)):
                break
            if clock() > end:
                return Quotas(found, f"listing SageMaker's quotas took longer than {SECONDS:g} seconds")
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        return Quotas(found, str(error).rstrip(".: "))
    return Quotas(found, "Service Quotas lists no such for this account, so that AWS's default is in force")


def _listed(client: Any) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_service_quotas").paginate(
        ServiceCode="sagemaker", PaginationConfig={"PageSize": _PAGE}
    )
    for page in pages:
        yield from page["Quotas"]
