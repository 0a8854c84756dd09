"""Start a state machine: the button of the Step Functions console, as a function."""

import json
from collections.abc import Mapping

from client.deployment import Deployment

Field = str | int | float | bool | list[int] | list[float]
# The outputs of the Training stack that name the two state machines.
TRAINING = "StateMachineArn"
TRANSFORM = "TransformStateMachineArn"
_STARTED_BY_AT_MOST = 128  # characters; the state machine refuses more


def start(
    deployment: Deployment, fields: Mapping[str, Field] | None = None, *, machine: str = TRAINING
) -> str:
    """Start one execution: train, evaluate, promote; or with the other machine: score in bulk.

    The execution remembers that the caller started it.

    Parameters
    ----------
    deployment
        Whose state machine.
    fields
        The execution's input, such as {"num_topics": [10, 20], "alpha0": 0.5}; the settings' values hold for
        what is left out. The state machine refuses what it doesn't know, before any job starts.
    machine
        The output of the Training stack that names the state machine.

    Returns
    -------
    str
        The ARN of the execution, for `client.executions.watch.watch`.

    Raises
    ------
    SayableError
        The Training stack isn't deployed.
    """
    arn = deployment.output("Training", machine)
    given = {"started_by": _caller(deployment), **(fields or {})}
    answer = deployment.client("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(given))
    return str(answer["executionArn"])


def latest(deployment: Deployment) -> str | None:
    """Find the ARN of the training execution that was started last; None before the first one."""
    machine = deployment.output("Training", TRAINING)
    answer = deployment.client("stepfunctions").list_executions(stateMachineArn=machine, maxResults=1)
    return str(answer["executions"][0]["executionArn"]) if answer["executions"] else None


def _caller(deployment: Deployment) -> str:
    """Name the caller by the end of its ARN, where the name of the session is."""
    arn = str(deployment.client("sts").get_caller_identity()["Arn"])
    return arn[-_STARTED_BY_AT_MOST:]
