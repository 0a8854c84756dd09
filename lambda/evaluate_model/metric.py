"""The CloudWatch metric of the chosen candidate's pwll."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

    from evaluate_model.environment import Environment

_NAME: Final = "TestPwll"
_LOG: Final = logging.getLogger(__name__)


def put_metric(cloudwatch: CloudWatchClient, environment: Environment, pwll: float) -> str:
    """Put a candidate's pwll; return "", or a sentence where it can't be put.

    An error doesn't fail the execution: it is logged, and noted in the summary.
    """
    try:
        cloudwatch.put_metric_data(
            Namespace=environment.metric_namespace,
            MetricData=[
                {
                    "MetricName": _NAME,
                    "Dimensions": [{"Name": "Deployment", "Value": environment.deployment}],
                    "Value": pwll,
                }
            ],
        )
    except (ClientError, BotoCoreError) as error:
        _LOG.warning("The metric %s couldn't be put: %s", _NAME, error)
        return f"The metric {_NAME} lacks this model: {error}."
    return ""
