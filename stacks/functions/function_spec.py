"""The specification of a Lambda function."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_iam as iam


@dataclass(frozen=True, kw_only=True)
class FunctionSpec:
    """The properties in which the Lambda functions differ.

    Attributes
    ----------
    folder
        The folder of its source, below lambda/.
    statements
        The policy statements of its role, in addition to writing its log.
    """

    folder: str
    description: str
    timeout: Duration
    memory_mb: int
    environment: Mapping[str, str]
    statements: list[iam.PolicyStatement]
