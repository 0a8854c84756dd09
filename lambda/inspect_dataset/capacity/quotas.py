"""The account's quotas on instances, where they can be read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspect_dataset.input.environment import Instances

# SageMaker's quotas fill dozens of pages, and a run must not wait longer than this for them.
_MAX_SECONDS: Final = 20.0
_PAGE_SIZE: Final = 100


@dataclass(frozen=True)
class Quota:
    """How many instances the account may have, and the code by which more are requested."""

    name: str
    code: str
    value: float

    def problem(self, needed: int, reason: str) -> list[str]:
        """Return a sentence if the quota is smaller than what is `needed`, for a `reason`."""
        if self.value >= needed:
            return []
        return [
            (
                f"The account's quota {self.name!r} is {self.value:g}, and {reason}. Ask for "
                f"{needed}: in the console under Service Quotas, AWS services, Amazon SageMaker, or with aws "
                "service-quotas request-service-quota-increase --service-code sagemaker --quota-code "
                f"{self.code} --desired-value {needed}"
            )
        ]


@dataclass(frozen=True)
class Quotas:
    """The quotas that could be read, by their names, and the reason why others are missing."""

    by_name: Mapping[str, Quota]
    reason: str

    def get(self, name: str) -> Quota | None:
        """Return the quota of a name; None where it couldn't be read."""
        return self.by_name.get(name)

    def notes(self, names: list[str]) -> list[str]:
        """Return a sentence about those that couldn't be read."""
        missing = [repr(name) for name in names if name not in self.by_name]
        if not missing:
            return []
        noun, verb = ("quota", "wasn't") if len(missing) == 1 else ("quotas", "weren't")
        return [f"The {noun} {' and '.join(missing)} {verb} checked: {self.reason}."]


def training_quota(instances: Instances) -> str:
    """Return the name of the quota on the instances of training jobs."""
    return f"{instances.instance_type} for training job usage"


def endpoint_quota(instances: Instances) -> str:
    """Return the name of the quota on the instances of endpoints."""
    return f"{instances.instance_type} for endpoint usage"


def read_quotas(client: Any, names: list[str], clock: Callable[[], float] = time.monotonic) -> Quotas:
    """Read the account's quotas of these names, for a bounded time; one that can't be read is no error."""
    found: dict[str, Quota] = {}
    deadline = clock() + _MAX_SECONDS
    try:
        for quota in _list_quotas(client):
            if quota["QuotaName"] in names and "Value" in quota:
                found[quota["QuotaName"]] = Quota(quota["QuotaName"], quota["QuotaCode"], quota["Value"])
            if len(found) == len(set(names)):
                break
            if clock() > deadline:
                return Quotas(found, f"listing SageMaker's quotas took longer than {_MAX_SECONDS:g} seconds")
    except (ClientError, BotoCoreError, ResponseParserError) as error:
        return Quotas(found, str(error).rstrip(".: "))
    return Quotas(found, "Service Quotas lists no such quota for this account, so that AWS's default applies")


def _list_quotas(client: Any) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_service_quotas").paginate(
        ServiceCode="sagemaker", PaginationConfig={"PageSize": _PAGE_SIZE}
    )
    for page in pages:
        yield from page["Quotas"]
