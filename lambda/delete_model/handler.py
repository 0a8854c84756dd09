"""Deletes the model and stops the jobs of an execution of bulk scoring that was aborted or timed out."""

import os
import time
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from common.aws_lookups import is_not_found
from common.resource_names import transform_name

_SAGEMAKER = boto3.client("sagemaker")
# A call that was under way when the execution ended may still take effect after the first pass.
_SECONDS_BETWEEN_PASSES: Final = 30


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Stop the execution's transform jobs and delete its model, and do it again after a pause.

    Jobs and models that don't exist, and jobs that have ended, are skipped.

    Parameters
    ----------
    event
        EventBridge's "Step Functions Execution Status Change".

    Returns
    -------
    dict
        The names of the stopped jobs and of the deleted model, for the log.
    """
    model = transform_name(os.environ["JOB_PREFIX"], event["detail"]["executionArn"])
    jobs = [f"{model}-{attempt}" for attempt in range(int(os.environ["ATTEMPTS"]))]
    first = _clean_up(model, jobs)
    time.sleep(_SECONDS_BETWEEN_PASSES)
    second = _clean_up(model, jobs)
    return {verb: sorted({*first[verb], *second[verb]}) for verb in first}


def _clean_up(model: str, jobs: list[str]) -> dict[str, list[str]]:
    return {
        "stopped": [job for job in jobs if _succeeds(_SAGEMAKER.stop_transform_job, TransformJobName=job)],
        "deleted": [model] if _succeeds(_SAGEMAKER.delete_model, ModelName=model) else [],
    }


def _succeeds(call: Any, **request: str) -> bool:
    try:
        call(**request)
    except ClientError as error:
        # SageMaker's answer for a job that has ended, too.
        if not is_not_found(error):
            raise
        return False
    return True
