"""One call of the API, and the ARNs and times in its response."""

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

JsonObject = dict[str, Any]
Resource = TypeVar("Resource", bound=Mapping[str, Any])


@dataclass(frozen=True)
class ApiCall:
    """What an operation receives.

    Parameters
    ----------
    operation
        The operation's name, such as ``CreateTrainingJob``.
    inputs
        The request, already validated against the API's model.
    region, account
        The region and the account of the caller's request.
    """

    operation: str
    inputs: JsonObject
    region: str
    account: str

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a resource in the call's account and region."""
        return resource_arn(kind, name, self.region, self.account)

    def in_region(self, resources: Mapping[str, Resource]) -> list[Resource]:
        """Return the resources, given by ARN, that belong to the call's region."""
        return [resource for arn, resource in resources.items() if arn.split(":")[3] == self.region]

    def inputs_without_tags(self) -> JsonObject:
        """Return a copy of the request as the resource's Describe call shows it."""
        return {name: copy.deepcopy(value) for name, value in self.inputs.items() if name != "Tags"}


def resource_arn(kind: str, name: str, region: str, account: str) -> str:
    """Return an ARN as SageMaker writes it: the name in lower case.

    Two names that differ in case alone are therefore the same resource, and policies are best written with
    lower-case names.
    """
    return f"arn:aws:sagemaker:{region}:{account}:{kind}/{name.lower()}"


def now() -> float:
    """Return the seconds since the epoch, to the millisecond, as timestamps are in JSON 1.1."""
    return round(time.time(), 3)
