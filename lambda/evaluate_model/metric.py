"""The CloudWatch metrics of the chosen candidate: its completion and its test:pwll."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.client import CloudWatchClient

    from evaluate_model.environment import Environment
    from evaluate_model.rules.selection import EvaluatedModel

_COMPLETION, _PWLL = "TestCompletion", "TestPwll"
_LOG: Final = logging.getLogger(__name__)


def put_metrics(cloudwatch: CloudWatchClient, environment: Environment, model: EvaluatedModel) -> str:
    """Put what is known of a candidate; return "", or a sentence where it can't be put.

    An error doesn't fail the execution: it is logged, and noted in the summary.
    """
    values = {
        _COMPLETION: model.score.per_word if model.score else None,
        _PWLL: model.candidate.pwll,
    }
    try:
        cloudwatch.put_metric_data(
            Namespace=environment.metric_namespace,
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [{"Name": "Deployment", "Value": environment.deployment}],
                    "Value": value,
                }
                for name, value in values.items()
                if value is not None
            ],
        )
    except (ClientError, BotoCoreError) as error:
        _LOG.warning("The metrics %s couldn't be put: %s", ", ".join(values), error)
        return f"The metrics {' and '.join(values)} lack this model: {error}."
    return ""
