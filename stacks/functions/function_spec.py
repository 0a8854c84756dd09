"""What tells one function of the stacks from another."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A function before it is made.

    Attributes
    ----------
    folder
        Its source, under lambda/.
    statements
        What its role may do beside writing its log.
    """

    folder: str
    description: str
    timeout: Duration
    memory_mb: int
    environment: Mapping[str, str]
    statements: list[iam.PolicyStatement]
