"""Start an execution, as "Start execution" in the Step Functions console does."""

import json
from collections.abc import Mapping

from client.deployment import Deployment
from client.errors import UserError

FieldValue = str | int | float | bool | list[int] | list[float]
# The outputs of the Training stack with the ARNs of the two state machines.
TRAINING_MACHINE_OUTPUT = "StateMachineArn"
TRANSFORM_MACHINE_OUTPUT = "TransformStateMachineArn"
_MAX_STARTED_BY_LENGTH = 128  # characters; the state machine refuses more


def start(
    deployment: Deployment,
    fields: Mapping[str, FieldValue] | None = None,
    *,
    machine_output: str = TRAINING_MACHINE_OUTPUT,
) -> str:
    """Start one execution: train, evaluate and promote, or score documents in bulk.

    Parameters
    ----------
    deployment
        The deployment whose state machine is started.
    fields
        The execution's input, such as {"num_topics": [10, 20], "alpha0": 0.5}. Settings apply for fields that
        are missing. The state machine refuses unknown fields before any job starts. `started_by` is added:
        the caller's ARN.
    machine_output
        The output of the Training stack with the state machine's ARN.

    Returns
    -------
    str
        The ARN of the execution, for `client.executions.watch.watch`.

    Raises
    ------
    UserError
        The Training stack is not deployed.
    """
    machine = deployment.output("Training", machine_output)
    execution_input = json.dumps({"started_by": _caller_identity(deployment), **(fields or {})})
    response = deployment.client("stepfunctions").start_execution(
        stateMachineArn=machine, input=execution_input
    )
    return str(response["executionArn"])


def latest(deployment: Deployment) -> str | None:
    """Return the ARN of the latest training execution; None if there is none."""
    machine = deployment.output("Training", TRAINING_MACHINE_OUTPUT)
    response = deployment.client("stepfunctions").list_executions(stateMachineArn=machine, maxResults=1)
    return str(response["executions"][0]["executionArn"]) if response["executions"] else None


def stop(deployment: Deployment, execution: str) -> None:
    """Stop an execution; the state machine stops its running job.

    Parameters
    ----------
    deployment
        The deployment that the execution belongs to.
    execution
        Its ARN.

    Raises
    ------
    UserError
        It has ended already.
    """
    client = deployment.client("stepfunctions")
    status = client.describe_execution(executionArn=execution)["status"]
    if status != "RUNNING":
        raise UserError(f"{execution} has ended already: {status}.")
    cause = f"Stopped by {_caller_identity(deployment)}."
    client.stop_execution(executionArn=execution, error="Stopped", cause=cause)


def _caller_identity(deployment: Deployment) -> str:
    """Return the end of the caller's ARN, which contains the name of the session."""
    arn = str(deployment.client("sts").get_caller_identity()["Arn"])
    return arn[-_MAX_STARTED_BY_LENGTH:]
