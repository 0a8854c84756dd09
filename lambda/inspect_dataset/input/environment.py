"""The function's environment variables, and its clients of AWS services."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_sagemaker.client import SageMakerClient

    from common.bucket import Bucket


@dataclass(frozen=True)
class Instances:
    """The type and number of the instances of a job or an endpoint."""

    instance_type: str
    instance_count: int


@dataclass(frozen=True)
class Training:
    """How the deployment trains."""

    instances: Instances
    max_runtime_seconds: int
    max_concurrency: int
    price_per_instance_hour: float | None
    algorithm: str


@dataclass(frozen=True)
class Environment:
    """All variables, parsed."""

    data_bucket: str
    job_prefix: str
    input_defaults: Mapping[str, Any]
    training: Training
    endpoint: Instances
    endpoint_name: str
    serving_stack: str

    @classmethod
    def read(cls) -> Self:
        """Read the variables that the stack sets."""
        training, endpoint = json.loads(os.environ["TRAINING"]), json.loads(os.environ["ENDPOINT"])
        return cls(
            data_bucket=os.environ["DATA_BUCKET"],
            job_prefix=os.environ["JOB_PREFIX"],
            input_defaults=json.loads(os.environ["INPUT_DEFAULTS"]),
            training=Training(
                instances=Instances(training["instance_type"], training["instance_count"]),
                max_runtime_seconds=training["max_runtime_seconds"],
                max_concurrency=training["jobs_at_once"],
                price_per_instance_hour=training["price_per_instance_hour"],
                algorithm=training["algorithm"],
            ),
            endpoint=Instances(endpoint["instance_type"], endpoint["instance_count"]),
            endpoint_name=os.environ["ENDPOINT_NAME"],
            serving_stack=os.environ["SERVING_STACK"],
        )


@dataclass(frozen=True)
class Clients:
    """The data bucket, and clients of SageMaker, CloudFormation and Service Quotas."""

    bucket: Bucket
    sagemaker: SageMakerClient
    cloudformation: CloudFormationClient
    quotas: Any
