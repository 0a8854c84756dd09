"""What SageMaker refuses or fails for now is tried again after a while, as a loop of states.

A Retry wouldn't do: an attempt needs a name of its own, one error means every refusal of a request, and of
missing capacity is told in the description of a job that was accepted.
"""

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.jsonata import condition, evaluated

# The optimised integration and the one of the AWS SDK name a refusal that isn't modelled differently.
_REFUSALS: Final = "['SageMaker.AmazonSageMakerException', 'SageMaker.SageMakerException']"
_REFUSED_FOR_NOW: Final = "/ThrottlingException|Rate exceeded|ServiceUnavailable|InternalFailure|assume role/"
_FAILED_FOR_NOW: Final = r'/"FailureReason"\s*:\s*"(CapacityError|InternalServerError)/'
# Half a minute, one, two: half of it for sure, the other half by chance, so that jobs that were refused
# together don't come back together.
_PAUSE_SECONDS: Final = "$ceil(30 * $power(2, $attempt - 1) * (0.5 + 0.5 * $random()))"


def will_it_pass(
    scope: Construct, *, asked: str, of: str, attempts: int, again: sfn.IChainable, given_up: sfn.IChainable
) -> sfn.Choice:
    """Return the state that a failure leads to: back to `again` after a pause, or to `given_up`.

    Parameters
    ----------
    asked
        What was asked for, as a part of the states' names; '' where there is only one loop.
    of
        The variable that holds the failure. The attempts are counted in the variable `attempt`, from 0.
    attempts
        How many there are at most.
    """
    wait = sfn.Wait.jsonata(
        scope,
        f"WaitBeforeNext{asked}Attempt",
        comment="Longer each time, and never the same for two that were refused together.",
        time=sfn.WaitTime.seconds(evaluated(_PAUSE_SECONDS)),
    )
    wait.next(again)
    choice = sfn.Choice.jsonata(
        scope,
        f"Will{asked}TroublePass" if asked else "WillItPass",
        comment="Throttling, missing capacity and SageMaker's own failures pass; other mistakes don't.",
    )
    choice.when(
        condition(f"$attempt < {attempts - 1} and {_passes(f'${of}')}"),
        wait,
        assign={"attempt": evaluated("$attempt + 1")},
    )
    return choice.otherwise(given_up)


def _passes(failure: str) -> str:
    return f"""(
    ({failure}.name in {_REFUSALS} and $contains({failure}.said, {_REFUSED_FOR_NOW}))
    or $contains({failure}.said, {_FAILED_FOR_NOW})
)"""
