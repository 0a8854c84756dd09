"""Step Functions' integration: createTrainingJob, and .sync, which waits for the job's end.

docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
"""

import json
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import hooks, iam, identity

RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob"
PRINCIPAL = "states.amazonaws.com"
RULE = "StepFunctionsGetEventsForSageMakerTrainingJobsRule"
POLL_SECONDS = 0.5
ENDED = {"Completed", "Failed", "Stopped"}


def install() -> None:
    """Register the integration."""
    hooks.register_integration(RESOURCE, create_training_job)


def create_training_job(resource: str, arguments: dict[str, Any], task: hooks.Task) -> dict[str, Any]:
    """Run a Task state.

    Parameters
    ----------
    resource
        Its Resource.
    arguments
        Its Parameters or Arguments: CreateTrainingJob's inputs.
    task
        The execution.

    Returns
    -------
    dict
        CreateTrainingJob's answer; with .sync what DescribeTrainingJob says of the completed job.
    """
    suffix = resource.removeprefix(RESOURCE)
    if suffix not in {"", ".sync"}:
        raise hooks.task_failed("States.Runtime", f"The resource {resource} isn't served on this machine.")
    if suffix:
        _require_rule(task)
    try:
        sagemaker = identity.role_client(
            task.role_arn, "sagemaker", session_name=_session(task), source=PRINCIPAL
        )
        answer = sagemaker.create_training_job(**arguments)
        created = {"TrainingJobArn": answer["TrainingJobArn"]}
        if not suffix:
            return created
        hooks.task_submitted(task, created)
        return _wait(sagemaker, arguments["TrainingJobName"], task)
    except ClientError as error:
        raise _failure(error) from error
    except (BotoCoreError, PermissionError) as error:
        raise hooks.task_failed("States.Runtime", str(error)) from error


def _require_rule(task: hooks.Task) -> None:
    """Ask for the managed rule that AWS makes, so that a job's end reaches Step Functions as an event."""
    principal = identity.session_arn(task.role_arn, _session(task))
    rule = f"arn:aws:events:{identity.region()}:{identity.account()}:rule/{RULE}"
    for action in ("events:PutTargets", "events:PutRule", "events:DescribeRule"):
        sentence = iam.denial(principal, action, rule)
        if sentence:
            raise hooks.task_failed("SageMaker.AmazonSageMakerException", sentence)


def _session(task: hooks.Task) -> str:
    return task.execution_arn.rpartition(":")[2][:64]


def _wait(sagemaker: Any, name: str, task: hooks.Task) -> dict[str, Any]:
    while True:
        job = described(sagemaker, name)
        if job["TrainingJobStatus"] in ENDED:
            break
        if task.cancelled.wait(POLL_SECONDS):
            sagemaker.stop_training_job(TrainingJobName=name)
            raise hooks.task_failed(
                "States.TaskFailed", f"The training job {name} was stopped with its task."
            )
    if job["TrainingJobStatus"] == "Failed":
        raise hooks.task_failed("States.TaskFailed", json.dumps(job))
    return job


def described(sagemaker: Any, name: str) -> dict[str, Any]:
    """Return DescribeTrainingJob's answer as Step Functions passes it on: times in milliseconds."""
    job = sagemaker.describe_training_job(TrainingJobName=name)
    job.pop("ResponseMetadata")
    passed: dict[str, Any] = json.loads(json.dumps(job, default=lambda time: int(time.timestamp() * 1000)))
    return passed


def _failure(error: ClientError) -> Exception:
    """Name an error as Step Functions does: the service, then the modelled exception or the service's own."""
    said = error.response["Error"]
    modelled = {"ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound"}
    name = f"{said['Code']}Exception" if said["Code"] in modelled else "AmazonSageMakerException"
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    request = error.response["ResponseMetadata"].get("RequestId", "")
    where = (
        f"Service: AmazonSageMaker; Status Code: {status}; Error Code: {said['Code']}; Request ID: {request}"
    )
    cause = f"{said['Message']} ({where})"
    return hooks.task_failed(f"SageMaker.{name}", cause)
