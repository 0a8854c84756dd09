"""Step Functions integrations: createTrainingJob, createTransformJob, their .sync, and createModel.

docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
"""

import functools
import json
from collections.abc import Callable
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import identity
from local_aws.identity import iam
from local_aws.ministack import extensions

PREFIX = "arn:aws:states:::sagemaker:"
PRINCIPAL = "states.amazonaws.com"
POLL_SECONDS = 0.5
ENDED = {"Completed", "Failed", "Stopped"}

Arguments = dict[str, Any]


class JobKind(NamedTuple):
    """A kind of job, by the word for it in the names of operations and members."""

    word: str

    @property
    def name(self) -> str:
        """The member with a job's name."""
        return f"{self.word}JobName"

    @property
    def status(self) -> str:
        """The member with a job's status."""
        return f"{self.word}JobStatus"

    @property
    def rule(self) -> str:
        """The managed rule by which AWS sends a job's last status to Step Functions."""
        return f"StepFunctionsGetEventsForSageMaker{self.word}JobsRule"

    def call(self, sagemaker: Any, verb: str, **arguments: Any) -> Any:
        """Call an operation on a job of the kind: create, describe or stop."""
        return getattr(sagemaker, f"{verb}_{self.word.lower()}_job")(**arguments)


def install() -> None:
    """Register the integrations."""
    for word in ("Training", "Transform"):
        run = functools.partial(create_job, JobKind(word))
        extensions.register_integration(f"{PREFIX}create{word}Job", run)
    extensions.register_integration(f"{PREFIX}createModel", create_model)


def create_job(kind: JobKind, resource: str, arguments: Arguments, task: extensions.Task) -> Arguments:
    """Run a Task state that creates a job.

    Parameters
    ----------
    kind
        The kind of job.
    resource
        The state's Resource.
    arguments
        Its Parameters or Arguments: the inputs of the operation.
    task
        The execution.

    Returns
    -------
    dict
        The response of the operation; with .sync the description of the completed job.
    """
    suffix = resource.removeprefix(f"{PREFIX}create{kind.word}Job")
    if suffix not in {"", ".sync"}:
        raise _unknown_resource(resource)
    if suffix:
        _require_rule(kind, task)

    def run(sagemaker: Any) -> Arguments:
        response = _without_metadata(kind.call(sagemaker, "create", **arguments))
        if not suffix:
            return response
        extensions.task_submitted(task, response)
        return _wait_for_job(kind, sagemaker, arguments[kind.name], task)

    return _with_sagemaker(task, run)


def create_model(resource: str, arguments: Arguments, task: extensions.Task) -> Arguments:
    """Run a Task state that creates a model; return CreateModel's response."""
    if resource != f"{PREFIX}createModel":
        raise _unknown_resource(resource)
    return _with_sagemaker(task, lambda sagemaker: _without_metadata(sagemaker.create_model(**arguments)))


def _unknown_resource(resource: str) -> Exception:
    return extensions.task_failed(
        "States.Runtime", f"The resource {resource} isn't supported by the local AWS."
    )


def _with_sagemaker(task: extensions.Task, run: Callable[[Any], Arguments]) -> Arguments:
    """Call SageMaker with the state machine's role; its errors fail the task."""
    try:
        return run(
            identity.role_client(task.role_arn, "sagemaker", session_name=_session(task), source=PRINCIPAL)
        )
    except ClientError as error:
        raise _task_error(error) from error
    except (BotoCoreError, PermissionError) as error:
        raise extensions.task_failed("States.Runtime", str(error)) from error


def _require_rule(kind: JobKind, task: extensions.Task) -> None:
    principal = identity.session_arn(task.role_arn, _session(task))
    rule = f"arn:aws:events:{identity.region()}:{identity.account()}:rule/{kind.rule}"
    for action in ("events:PutTargets", "events:PutRule", "events:DescribeRule"):
        denial = iam.denial(principal, action, rule)
        if denial:
            raise extensions.task_failed("SageMaker.AmazonSageMakerException", denial)


def _session(task: extensions.Task) -> str:
    return task.execution_arn.rpartition(":")[2][:64]


def _wait_for_job(kind: JobKind, sagemaker: Any, name: str, task: extensions.Task) -> Arguments:
    while True:
        job = describe_job(kind, sagemaker, name)
        if job[kind.status] in ENDED:
            break
        if task.cancelled.wait(POLL_SECONDS):
            kind.call(sagemaker, "stop", **{kind.name: name})
            cause = f"The {kind.word.lower()} job {name} was stopped with its task."
            raise extensions.task_failed("States.TaskFailed", cause)
    if job[kind.status] == "Failed":
        raise extensions.task_failed("States.TaskFailed", json.dumps(job))
    return job


def describe_job(kind: JobKind, sagemaker: Any, name: str) -> Arguments:
    """Return a job's description as Step Functions' result: times in milliseconds."""
    job = _without_metadata(kind.call(sagemaker, "describe", **{kind.name: name}))
    result: Arguments = json.loads(json.dumps(job, default=lambda time: int(time.timestamp() * 1000)))
    return result


def _without_metadata(response: Arguments) -> Arguments:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


def _task_error(error: ClientError) -> Exception:
    """Return Step Functions' error for one of SageMaker's, named by the exception in the API's model."""
    details = error.response["Error"]
    modelled = {"ResourceInUse", "ResourceLimitExceeded", "ResourceNotFound"}
    name = f"{details['Code']}Exception" if details["Code"] in modelled else "AmazonSageMakerException"
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    request = error.response["ResponseMetadata"].get("RequestId", "")
    source = (
        f"Service: AmazonSageMaker; Status Code: {status}; Error Code: {details['Code']}; "
        f"Request ID: {request}"
    )
    cause = f"{details['Message']} ({source})"
    return extensions.task_failed(f"SageMaker.{name}", cause)
