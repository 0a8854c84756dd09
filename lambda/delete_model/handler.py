"""Take away what an execution of bulk scoring left when it was aborted or timed out."""

import hashlib
import os
import time
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

_SAGEMAKER = boto3.client("sagemaker")
# A call that the execution was making when it ended may still take effect, after a look that found nothing.
_SECONDS_TO_THE_SECOND_LOOK: Final = 30


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Stop the run's transform jobs and delete its model, and look a second time after a pause.

    What isn't there or has ended is left alone.

    Parameters
    ----------
    event
        EventBridge's "Step Functions Execution Status Change".

    Returns
    -------
    dict
        What was stopped and deleted, for the log of whoever calls again.
    """
    model = name(os.environ["JOB_PREFIX"], event["detail"]["executionArn"])
    jobs = [f"{model}-{attempt}" for attempt in range(int(os.environ["ATTEMPTS"]))]
    first = _clean_up(model, jobs)
    time.sleep(_SECONDS_TO_THE_SECOND_LOOK)
    second = _clean_up(model, jobs)
    return {what: sorted({*first[what], *second[what]}) for what in first}


def name(prefix: str, execution_arn: str) -> str:
    """Return the name of the run's model, as inspect_transform gives it."""
    return f"{prefix}-transform-{hashlib.sha256(execution_arn.encode()).hexdigest()[:8]}"


def _clean_up(model: str, jobs: list[str]) -> dict[str, list[str]]:
    return {
        "stopped": [job for job in jobs if _done(_SAGEMAKER.stop_transform_job, TransformJobName=job)],
        "deleted": [model] if _done(_SAGEMAKER.delete_model, ModelName=model) else [],
    }


def _done(call: Any, **request: str) -> bool:
    try:
        call(**request)
    except ClientError as error:
        # SageMaker's word for what doesn't exist, and for a job that has ended.
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return False
    return True
