"""One call of the API: who, where, with what; and the names it makes."""

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What an operation is given.

    Parameters
    ----------
    operation
        The API's name of it, such as ``CreateTrainingJob``.
    inputs
        The request, already checked against the API's model.
    region, account
        Where the caller's request belongs.
    """

    operation: str
    inputs: Record
    region: str
    account: str

    def arn(self, kind: str, name: str) -> str:
        """Return the ARN of a resource in the call's account and region."""
        return resource_arn(kind, name, self.region, self.account)

    def in_region(self, records: Mapping[str, Record]) -> list[Record]:
        """Return the records, by their ARNs, that lie in the call's region."""
        return [record for arn, record in records.items() if arn.split(":")[3] == self.region]

    def described(self) -> Record:
        """Return a copy of the request as the resource's Describe call shows it: all but the tags."""
        return {name: copy.deepcopy(value) for name, value in self.inputs.items() if name != "Tags"}


def resource_arn(kind: str, name: str, region: str, account: str) -> str:
    """Return an ARN as SageMaker writes it: the name in lower case.

    So two names that differ in case alone are the same resource, and policies are best written with
    lower-case names.
    """
    return f"arn:aws:sagemaker:{region}:{account}:{kind}/{name.lower()}"


def now() -> float:
    """Return the seconds since the epoch, to the millisecond, as JSON 1.1 carries timestamps."""
    return round(time.time(), 3)
