"""The first state of an execution: checks input, dataset and instances before any money is spent.

The steps are: parse the input; load the dataset or the earlier model, and the account's quotas; check them;
decide whether the execution is refused; render what later states read. Parsing is here and in ``input/``;
the other steps are in ``training_run.py`` and, for an execution that only promotes, in ``promotion_run.py``.
"""

from typing import Any

import boto3
from botocore.config import Config

from common.bucket import Bucket
from common.resource_names import job_name_base
from inspect_dataset.dataset.inspection import MAX_CONCURRENT_REQUESTS
from inspect_dataset.input.environment import Clients, Environment
from inspect_dataset.input.execution_input import parse
from inspect_dataset.promotion_run import inspect_promotion
from inspect_dataset.training_run import inspect_training

_S3 = boto3.client(
    "s3",
    config=Config(
        max_pool_connections=MAX_CONCURRENT_REQUESTS, retries={"mode": "standard", "total_max_attempts": 5}
    ),
)
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")
# Quotas are optional and not worth a long wait: without an endpoint of the service, a connection times out.
_QUOTAS = boto3.client(
    "service-quotas",
    config=Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}),
)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the normalised input, which the later states read.

    Parameters
    ----------
    event
        ``input``, the execution's; ``execution_name`` and ``execution_arn``.

    Raises
    ------
    InvalidInputError
        When the input, its dataset, its model or its instances can't be used: with all problems.
    """
    environment = Environment.read()
    request = parse(event["input"], environment.input_defaults)
    base = job_name_base(environment.job_prefix, event["execution_name"], event["execution_arn"])
    clients = Clients(Bucket(environment.data_bucket, _S3), _SAGEMAKER, _CLOUDFORMATION, _QUOTAS)
    if request.promote_training_job:
        prepared = inspect_promotion(request, request.promote_training_job, environment, clients)
    else:
        prepared = inspect_training(request, base, environment, clients)
    return {"job_name_base": base, **prepared}
