"""The states of a machine that invoke one of our functions."""

from collections.abc import Mapping
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.jsonata import evaluated, quoted
from stacks.workflow_failures import Failures

PAYLOAD: Final = "$states.result.Payload"
_AT_MOST: Final = Duration.minutes(12)  # beyond the longest timeout of a function
# Errors of Lambda itself, as AWS's best practices for Step Functions name them.
_TRANSIENT: Final = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]


def invoke(
    scope: Construct,
    name: str,
    comment: str,
    *,
    function: lambda_.Function,
    payload: Mapping[str, str],
    assign: Mapping[str, Any] | None,
    output: object = None,
) -> sfn.TaskStateBase:
    """Return the task that invokes a function; the values of `payload` are JSONata expressions."""
    task = tasks.LambdaInvoke.jsonata(
        scope,
        name,
        comment=comment,
        lambda_function=function,
        payload=sfn.TaskInput.from_object({key: evaluated(value) for key, value in payload.items()}),
        assign=assign,
        outputs={} if output is None else output,
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(_AT_MOST),
    )
    return task.add_retry(errors=_TRANSIENT, max_attempts=3, jitter_strategy=sfn.JitterType.FULL)


def caught(
    failures: Failures, function: lambda_.Function, error: str, *, says: str, also: str = ""
) -> dict[str, Any]:
    """Return the arguments of an `add_catch` that say where the function's log is.

    Parameters
    ----------
    says
        The function's exception whose message says all; whatever else ends it is told by its name as well.
    also
        What stands in front of where the log is.
    """
    what = f"""$states.errorOutput.Error = {quoted(says)} ? ''
    : '{function.node.id} ended with ' & $states.errorOutput.Error & ':'"""
    log = quoted(f"{also}The log of its function: {function.log_group.log_group_name}.")
    return failures.caught(error, what=what, where=log)
