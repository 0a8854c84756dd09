"""Remove a deployment: its stacks, and the resources that no stack owns."""

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from client.deployment import STACK_KINDS, TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP, Deployment
from client.errors import UserError
from client.executions.job_logs import list_log_streams
from client.executions.start import TRAINING_MACHINE_OUTPUT, TRANSFORM_MACHINE_OUTPUT
from client.executions.watch import POLL_SECONDS
from client.operations import cdk
from client.output import Report, print_message

# SageMaker allows a container 120 s between SIGTERM and SIGKILL, then uploads its output.
JOB_TIMEOUT_SECONDS = 600
STACK_TIMEOUT_SECONDS = 2400
JOB_KINDS = ("training", "transform")
Sleep = Callable[[float], None]


def destroy(
    deployment: Deployment,
    *,
    report: Report = print_message,
    run_command: cdk.RunCommand = cdk.run,
    sleep: Sleep = time.sleep,
) -> None:
    """Stop executions and jobs, destroy the stacks, delete the models and log streams that no stack owns.

    Executions are aborted before their jobs are stopped: a running execution would treat a stopped job as a
    failed one and start the next. Then the jobs must end: a job that ends after the bucket was emptied writes
    to it again, and the bucket can't be deleted. A stack with termination protection, such as prod's Storage
    with its bucket, is retained.

    Parameters
    ----------
    deployment
        The deployment to destroy.
    report
        Receives each line.
    run_command
        Runs the cdk command line.
    sleep
        Waits between two polls, in seconds.

    Raises
    ------
    UserError
        A job or a stack did not reach a stable status in time, or the cdk command failed. A second call
        continues where this one stopped.
    """
    stop_triggers(deployment, report)
    abort_executions(deployment, report)
    for kind in JOB_KINDS:
        stop_jobs(deployment, kind, report, sleep)
    delete_models(deployment, report)
    wait_for_stacks(deployment, sleep)
    run_command(cdk.command(deployment, "destroy", *_stacks_to_destroy(deployment, report), "--force"))
    delete_log_streams(deployment, report)


def stop_triggers(deployment: Deployment, report: Report) -> None:
    """Delete the deployment's schedule and disable its upload rule, if they exist.

    Their stack deletes them too, but later: an execution that they start in between would continue training.
    """
    # CloudFormation generates names that begin with the stack's name and the logical id.
    prefix = f"{deployment.stack_name('Training')}-Triggers"
    scheduler, events = deployment.client("scheduler"), deployment.client("events")
    for schedule in scheduler.list_schedules(NamePrefix=prefix)["Schedules"]:
        scheduler.delete_schedule(Name=schedule["Name"])
        report(f"deleted schedule {schedule['Name']}")
    for rule in events.list_rules(NamePrefix=prefix)["Rules"]:
        events.disable_rule(Name=rule["Name"])
        report(f"disabled rule {rule['Name']}")


def abort_executions(deployment: Deployment, report: Report) -> None:
    """Abort the running executions of the deployment's state machines, if they are deployed."""
    outputs = (deployment.describe_stack("Training") or {}).get("Outputs", [])
    for output in outputs:
        if output["OutputKey"] in {TRAINING_MACHINE_OUTPUT, TRANSFORM_MACHINE_OUTPUT}:
            _abort_executions_of(deployment, output["OutputValue"], report)


def _abort_executions_of(deployment: Deployment, machine: str, report: Report) -> None:
    stepfunctions = deployment.client("stepfunctions")
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for execution in [item for page in pages for item in page["executions"]]:
        stepfunctions.stop_execution(
            executionArn=execution["executionArn"],
            error="Destroyed",
            cause=f"The deployment {deployment.prefix} is being destroyed.",
        )
        report(f"aborted execution {execution['name']}")


def stop_jobs(deployment: Deployment, kind: str, report: Report, sleep: Sleep) -> None:
    """Stop the jobs of a kind whose names begin with the deployment's prefix, and wait for their end."""
    sagemaker = deployment.client("sagemaker")
    for job in _running_jobs(sagemaker, kind, deployment.prefix):
        _call_unless_gone(getattr(sagemaker, f"stop_{kind}_job"), **{f"{kind.capitalize()}JobName": job})
        report(f"stopping {kind} job {job}")
    _wait_until_none(
        lambda: _running_jobs(sagemaker, kind, deployment.prefix), f"{kind} jobs", JOB_TIMEOUT_SECONDS, sleep
    )


def delete_models(deployment: Deployment, report: Report) -> None:
    """Delete the models that aborted executions of bulk scoring left behind."""
    sagemaker = deployment.client("sagemaker")
    prefix = f"{deployment.prefix}-transform-"
    pages = sagemaker.get_paginator("list_models").paginate(NameContains=prefix)
    for model in [item["ModelName"] for page in pages for item in page["Models"]]:
        if model.startswith(prefix):
            _call_unless_gone(sagemaker.delete_model, ModelName=model)
            report(f"deleted model {model}")


def wait_for_stacks(deployment: Deployment, sleep: Sleep) -> None:
    """Wait until no stack operation is in progress: CloudFormation refuses to delete a stack during one."""
    _wait_until_none(lambda: _stacks_in_progress(deployment), "stacks", STACK_TIMEOUT_SECONDS, sleep)


def delete_log_streams(deployment: Deployment, report: Report) -> None:
    """Delete the deployment's streams in the log groups of jobs; the groups belong to the whole account."""
    logs = deployment.client("logs")
    for group in (TRAINING_LOG_GROUP, TRANSFORM_LOG_GROUP):
        for stream in list_log_streams(logs, group, deployment.prefix):
            logs.delete_log_stream(logGroupName=group, logStreamName=stream)
            report(f"deleted log stream {stream}")


def _stacks_to_destroy(deployment: Deployment, report: Report) -> list[str]:
    stacks = [deployment.describe_stack(kind) or {} for kind in STACK_KINDS]
    retained = [stack["StackName"] for stack in stacks if stack.get("EnableTerminationProtection")]
    for stack in retained:
        report(f"{stack} has termination protection and is retained, with all its resources")
    return [name for name in deployment.stack_names if name not in retained] if retained else ["--all"]


def _running_jobs(sagemaker: Any, kind: str, prefix: str) -> list[str]:
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


def _call_unless_gone(call: Callable[..., object], **request: str) -> None:
    try:
        call(**request)
    except ClientError as error:
        # SageMaker's error for a missing resource, and for a job that is stopping or has ended.
        if error.response["Error"]["Code"] != "ValidationException":
            raise


def _stacks_in_progress(deployment: Deployment) -> list[str]:
    stacks = [deployment.describe_stack(kind) for kind in STACK_KINDS]
    return [stack["StackName"] for stack in stacks if stack and stack["StackStatus"].endswith("_IN_PROGRESS")]


def _wait_until_none(busy: Callable[[], list[str]], kind: str, timeout: float, sleep: Sleep) -> None:
    for _ in range(int(timeout / POLL_SECONDS)):
        if not busy():
            return
        sleep(POLL_SECONDS)
    raise UserError(
        f"These {kind} have not reached a stable status after {timeout:.0f} s: {', '.join(busy())}. "
        "Check them in the console, then run the same command again."
    )
