"""What passes by itself is tried again after a while: throttling, missing capacity, AWS's own failures.

Where it is SageMaker that is asked, a loop of states stands in place of a Retry: an attempt needs a name of
its own, one error means every refusal of a request, and missing capacity is told of in the description of a
job that was accepted.
"""

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.jsonata import condition, evaluated

ATTEMPTS: Final = 3
# Errors of Lambda itself, as AWS's best practices for Step Functions name them: for a Retry.
LAMBDA_TRANSIENT: Final = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
# The optimised integration and the one of the AWS SDK name the error of an unmodelled refusal differently.
_REFUSALS: Final = "['SageMaker.AmazonSageMakerException', 'SageMaker.SageMakerException']"
_REFUSED_FOR_NOW: Final = "/ThrottlingException|Rate exceeded|ServiceUnavailable|InternalFailure|assume role/"
_FAILED_FOR_NOW: Final = r'/"FailureReason"\s*:\s*"(CapacityError|InternalServerError)/'
_WILL_PASS: Final = f"""(
    ($failure.name in {_REFUSALS} and $contains($failure.said, {_REFUSED_FOR_NOW}))
    or $contains($failure.said, {_FAILED_FOR_NOW})
)"""
# Half a minute, then one: half of it for sure, the other half by chance, so that executions that were refused
# together don't come back together.
_PAUSE_SECONDS: Final = "$ceil(30 * $power(2, $attempt - 1) * (0.5 + 0.5 * $random()))"


def will_it_pass(scope: Construct, of: str, *, again: sfn.IChainable, given_up: sfn.IChainable) -> sfn.Choice:
    """Return the state that a failure leads to: to `again` after a pause, or to `given_up`.

    It reads the variable `failure` and counts in `attempt`, which begins at 0.

    Parameters
    ----------
    of
        What failed; the states are named after it.
    """
    wait = sfn.Wait.jsonata(
        scope,
        f"WaitBeforeNext{of}",
        comment="Longer the second time, and never the same for two executions.",
        time=sfn.WaitTime.seconds(evaluated(_PAUSE_SECONDS)),
    )
    wait.next(again)
    choice = sfn.Choice.jsonata(
        scope,
        f"WillTroubleWith{of}Pass",
        comment="Throttling, missing capacity and SageMaker's own failures pass; other mistakes don't.",
    )
    choice.when(
        condition(f"$attempt < {ATTEMPTS - 1} and {_WILL_PASS}"),
        wait,
        assign={"attempt": evaluated("$attempt + 1")},
    )
    return choice.otherwise(given_up)
