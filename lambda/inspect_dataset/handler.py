"""Step one of an execution: check its input, its dataset and its instances before any money is spent."""

from typing import Any

import boto3
from botocore.config import Config

from common.bucket import Bucket
from inspect_dataset.capacity.check import Services
from inspect_dataset.dataset.inspection import REQUESTS_AT_ONCE
from inspect_dataset.environment import environment
from inspect_dataset.input.execution_input import read
from inspect_dataset.promotion import prepare_promotion
from inspect_dataset.training import prepare_training

_S3 = boto3.client(
    "s3",
    config=Config(
        max_pool_connections=REQUESTS_AT_ONCE, retries={"mode": "standard", "total_max_attempts": 5}
    ),
)
_SAGEMAKER = boto3.client("sagemaker")
# Quotas are worth a look, not a wait: where there is no such service, nothing answers.
_QUOTAS = boto3.client(
    "service-quotas",
    config=Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}),
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the whole normalised input, which is all that the later states read.

    Parameters
    ----------
    event
        ``input``, the execution's; ``execution_name`` and ``execution_arn``.

    Raises
    ------
    InvalidInputError
        When the input, its dataset, its model or its instances can't be used: with all that is wrong.
    """
    said = environment()
    request = read(event["input"], said.input_defaults)
    bucket = Bucket(said.data_bucket, _S3)
    services = Services(_SAGEMAKER, _QUOTAS)
    prepare = prepare_promotion if request.fields.get("promote_training_job") else prepare_training
    return prepare(event, request, said, bucket, services)
