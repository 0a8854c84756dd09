"""Take a deployment away, and what its stacks don't own."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from client.deployment import STACK_KINDS, TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.errors import SayableError
from client.executions.job_logs import our_streams
from client.executions.start import TRAINING, TRANSFORM
from client.executions.watch import POLL_SECONDS, say_on_stderr
from client.operations import cdk
from client.operations.triggers import stop_triggers

# SageMaker gives a container 120 s between SIGTERM and SIGKILL, then uploads what there is.
JOB_LIMIT_SECONDS = 600
STACK_LIMIT_SECONDS = 2400
JOB_KINDS = ("training", "transform")


def destroy(
    deployment: Deployment,
    *,
    say: Callable[[str], None] = say_on_stderr,
    run: cdk.Run = cdk.run,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """End what runs, destroy the three stacks, and delete the models and log streams that no stack owns.

    Executions are aborted before the jobs are stopped: an execution that still ran would take a stopped job
    for a failed one and start the next. Jobs are waited for, because a job that ends after the bucket was
    emptied writes into it again, and then the bucket can't be deleted. A stack that is protected against
    termination, as prod's Storage with its bucket is, stays.

    Parameters
    ----------
    deployment
        What is destroyed.
    say
        Takes each line.
    run
        Runs the cdk command line.
    sleep
        Waits between two looks, in seconds.

    Raises
    ------
    SayableError
        A job or a stack doesn't come to rest, or the cdk command line failed; a second call goes on where
        this one stopped.
    """
    stop_triggers(deployment, say)
    abort_executions(deployment, say)
    for kind in JOB_KINDS:
        stop_jobs(deployment, kind, say, sleep)
    delete_models(deployment, say)
    wait_for_stacks(deployment, sleep)
    run(cdk.command(deployment, "destroy", *_stacks_to_destroy(deployment, say), "--force"))
    delete_log_streams(deployment, say)


def abort_executions(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Abort the running executions of the deployment's state machines, as far as they are deployed."""
    outputs = (deployment.describe("Training") or {}).get("Outputs", [])
    for output in outputs:
        if output["OutputKey"] in {TRAINING, TRANSFORM}:
            _abort(deployment, output["OutputValue"], say)


def _abort(deployment: Deployment, machine: str, say: Callable[[str], None]) -> None:
    states = deployment.client("stepfunctions")
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [item for page in pages for item in page["executions"]]:
        states.stop_execution(
            executionArn=execution["executionArn"],
            error="Destroyed",
            cause=f"The deployment {deployment.prefix} is being destroyed.",
        )
        say(f"aborted execution {execution['name']}")


def stop_jobs(
    deployment: Deployment, kind: str, say: Callable[[str], None], sleep: Callable[[float], None]
) -> None:
    """Stop the jobs of a kind that carry the deployment's prefix, and wait until they have stopped."""
    sagemaker = deployment.client("sagemaker")
    for job in _running(sagemaker, kind, deployment.prefix):
        _unless_gone(getattr(sagemaker, f"stop_{kind}_job"), **{f"{kind.capitalize()}JobName": job})
        say(f"stopping {kind} job {job}")
    _wait(lambda: _running(sagemaker, kind, deployment.prefix), f"{kind} jobs", JOB_LIMIT_SECONDS, sleep)


def delete_models(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Delete the models that executions of bulk scoring made and, aborted, left."""
    sagemaker = deployment.client("sagemaker")
    prefix = f"{deployment.prefix}-transform-"
    pages = sagemaker.get_paginator("list_models").paginate(NameContains=prefix)
    for model in [item["ModelName"] for page in pages for item in page["Models"]]:
        if model.startswith(prefix):
            _unless_gone(sagemaker.delete_model, ModelName=model)
            say(f"deleted model {model}")


def wait_for_stacks(deployment: Deployment, sleep: Callable[[float], None]) -> None:
    """Wait until no stack is being changed: CloudFormation doesn't delete a stack during an update."""
    _wait(lambda: _changing(deployment), "stacks", STACK_LIMIT_SECONDS, sleep)


def delete_log_streams(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Delete our streams in the account's log groups of jobs; the groups are everybody's and stay."""
    logs = deployment.client("logs")
    for group in (TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP):
        for stream in our_streams(logs, group, deployment.prefix):
            logs.delete_log_stream(logGroupName=group, logStreamName=stream)
            say(f"deleted log stream {stream}")


def _stacks_to_destroy(deployment: Deployment, say: Callable[[str], None]) -> list[str]:
    described = [deployment.describe(kind) or {} for kind in STACK_KINDS]
    kept = [stack["StackName"] for stack in described if stack.get("EnableTerminationProtection")]
    for stack in kept:
        say(f"{stack} is protected against termination and stays, with all that it holds")
    return [stack for stack in deployment.stacks if stack not in kept] if kept else ["--all"]


def _running(sagemaker: Any, kind: str, prefix: str) -> list[str]:
    job = kind.capitalize()
    names = [
        summary[f"{job}JobName"]
        for status in ("InProgress", "Stopping")
        for page in sagemaker.get_paginator(f"list_{kind}_jobs").paginate(
            StatusEquals=status, NameContains=f"{prefix}-"
        )
        for summary in page[f"{job}JobSummaries"]
    ]
    return [name for name in names if name.startswith(f"{prefix}-")]


def _unless_gone(call: Callable[..., object], **request: str) -> None:
    try:
        call(**request)
    except ClientError as error:
        # SageMaker says so of what doesn't exist any more, and of a job that is stopping or has ended.
        if error.response["Error"]["Code"] != "ValidationException":
            raise


def _changing(deployment: Deployment) -> list[str]:
    found_stacks = [deployment.describe(kind) for kind in STACK_KINDS]
    return [
        stack["StackName"]
        for stack in found_stacks
        if stack and stack["StackStatus"].endswith("_IN_PROGRESS")
    ]


def _wait(busy: Callable[[], list[str]], kind: str, limit: float, sleep: Callable[[float], None]) -> None:
    for _ in range(int(limit / POLL_SECONDS)):
        if not busy():
            return
        sleep(POLL_SECONDS)
    raise SayableError(
        f"These {kind} have not come to rest after {limit:.0f} s: {', '.join(busy())}. "
        "Look at them in the console, then run the same command again."
    )
