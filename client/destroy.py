"""Take a deployment away, and what its stacks don't own."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from client import cdk
from client.deployment import STACK_KINDS, TRAINING_LOG_GROUP, Deployment
from client.errors import SayableError
from client.logs import our_streams
from client.triggers import stop_triggers
from client.watch import POLL_SECONDS, say_on_stderr

# SageMaker gives a container 120 s between SIGTERM and SIGKILL, then uploads what there is.
JOB_LIMIT_SECONDS = 600
STACK_LIMIT_SECONDS = 2400


def destroy(
    deployment: Deployment,
    *,
    say: Callable[[str], None] = say_on_stderr,
    run: cdk.Run = cdk.run,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """End what runs, destroy the three stacks, and delete the log streams that no stack owns.

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
    stop_jobs(deployment, say, sleep)
    wait_for_stacks(deployment, sleep)
    run(cdk.command(deployment, "destroy", *_stacks_to_destroy(deployment, say), "--force"))
    delete_log_streams(deployment, say)


def abort_executions(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Abort the running executions of the deployment's state machine, if there is one."""
    if deployment.describe("Training") is None:
        return
    machine = deployment.output("Training", "StateMachineArn")
    states = deployment.client("stepfunctions")
    pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    for execution in [item for page in pages for item in page["executions"]]:
        states.stop_execution(
            executionArn=execution["executionArn"],
            error="Destroyed",
            cause=f"The deployment {deployment.prefix} is being destroyed.",
        )
        say(f"aborted execution {execution['name']}")


def stop_jobs(deployment: Deployment, say: Callable[[str], None], sleep: Callable[[float], None]) -> None:
    """Stop the training jobs that carry the deployment's prefix, and wait until they have stopped."""
    sagemaker = deployment.client("sagemaker")
    for job in _running(sagemaker, deployment.prefix):
        _stop(sagemaker, job)
        say(f"stopping training job {job}")
    _wait(lambda: _running(sagemaker, deployment.prefix), "training jobs", JOB_LIMIT_SECONDS, sleep)


def wait_for_stacks(deployment: Deployment, sleep: Callable[[float], None]) -> None:
    """Wait until no stack is being changed: CloudFormation doesn't delete a stack during an update."""
    _wait(lambda: _changing(deployment), "stacks", STACK_LIMIT_SECONDS, sleep)


def delete_log_streams(deployment: Deployment, say: Callable[[str], None]) -> None:
    """Delete our streams in the account's log group of training jobs; the group is everybody's and stays."""
    logs = deployment.client("logs")
    for stream in our_streams(logs, deployment.prefix):
        logs.delete_log_stream(logGroupName=TRAINING_LOG_GROUP, logStreamName=stream)
        say(f"deleted log stream {stream}")


def _stacks_to_destroy(deployment: Deployment, say: Callable[[str], None]) -> list[str]:
    described = [deployment.describe(kind) or {} for kind in STACK_KINDS]
    kept = [stack["StackName"] for stack in described if stack.get("EnableTerminationProtection")]
    for stack in kept:
        say(f"{stack} is protected against termination and stays, with all that it holds")
    return [stack for stack in deployment.stacks if stack not in kept] if kept else ["--all"]


def _running(sagemaker: Any, prefix: str) -> list[str]:
    names = [
        job["TrainingJobName"]
        for status in ("InProgress", "Stopping")
        for page in sagemaker.get_paginator("list_training_jobs").paginate(
            StatusEquals=status, NameContains=f"{prefix}-"
        )
        for job in page["TrainingJobSummaries"]
    ]
    return [name for name in names if name.startswith(f"{prefix}-")]


def _stop(sagemaker: Any, job: str) -> None:
    try:
        sagemaker.stop_training_job(TrainingJobName=job)
    except ClientError as error:
        # SageMaker says so of a job that is stopping, or has ended since it was listed.
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
