"""Step Functions' integrations: createTrainingJob, createTransformJob, their .sync, and createModel.

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


class Kind(NamedTuple):
    """A kind of job, by the word that SageMaker's names of its calls and members have for it."""

    word: str

    @property
    def name(self) -> str:
        """The member that names a job."""
        return f"{self.word}JobName"

    @property
    def status(self) -> str:
        """The member that has a job's status."""
        return f"{self.word}JobStatus"

    @property
    def rule(self) -> str:
        """The managed rule that AWS makes, so that a job's end reaches Step Functions as an event."""
        return f"StepFunctionsGetEventsForSageMaker{self.word}JobsRule"

    def call(self, sagemaker: Any, what: str, **arguments: Any) -> Any:
        """Make one of the calls: create, describe or stop a job of the kind."""
        return getattr(sagemaker, f"{what}_{self.word.lower()}_job")(**arguments)


def install() -> None:
    """Register the integrations."""
    for word in ("Training", "Transform"):
        run = functools.partial(create_job, Kind(word))
        extensions.register_integration(f"{PREFIX}create{word}Job", run)
    extensions.register_integration(f"{PREFIX}createModel", create_model)


def create_job(kind: Kind, resource: str, arguments: Arguments, task: extensions.Task) -> Arguments:
    """Run a Task state that makes a job.

    Parameters
    ----------
    kind
        The kind of job.
    resource
        The state's Resource.
    arguments
        Its Parameters or Arguments: the inputs of the call that makes the job.
    task
        The execution.

    Returns
    -------
    dict
        The call's answer; with .sync what the kind's Describe call says of the completed job.
    """
    suffix = resource.removeprefix(f"{PREFIX}create{kind.word}Job")
    if suffix not in {"", ".sync"}:
        raise _unknown(resource)
    if suffix:
        _require_rule(kind, task)

    def run(sagemaker: Any) -> Arguments:
        answer = _without_metadata(kind.call(sagemaker, "create", **arguments))
        if not suffix:
            return answer
        extensions.task_submitted(task, answer)
        return _wait(kind, sagemaker, arguments[kind.name], task)

    return _with_sagemaker(task, run)


def create_model(resource: str, arguments: Arguments, task: extensions.Task) -> Arguments:
    """Run a Task state that makes a model: CreateModel's answer."""
    if resource != f"{PREFIX}createModel":
        raise _unknown(resource)
    return _with_sagemaker(task, lambda sagemaker: _without_metadata(sagemaker.create_model(**arguments)))


def _unknown(resource: str) -> Exception:
    return extensions.task_failed("States.Runtime", f"The resource {resource} isn't served on this machine.")


def _with_sagemaker(task: extensions.Task, run: Callable[[Any], Arguments]) -> Arguments:
    """Call SageMaker with the machine's role; its errors are the task's."""
    try:
        return run(
            identity.role_client(task.role_arn, "sagemaker", session_name=_session(task), source=PRINCIPAL)
        )
    except ClientError as error:
        raise _failure(error) from error
    except (BotoCoreError, PermissionError) as error:
        raise extensions.task_failed("States.Runtime", str(error)) from error


def _require_rule(kind: Kind, task: extensions.Task) -> None:
    principal = identity.session_arn(task.role_arn, _session(task))
    rule = f"arn:aws:events:{identity.region()}:{identity.account()}:rule/{kind.rule}"
    for action in ("events:PutTargets", "events:PutRule", "events:DescribeRule"):
        sentence = iam.denial(principal, action, rule)
        if sentence:
            raise extensions.task_failed("SageMaker.AmazonSageMakerException", sentence)


def _session(task: extensions.Task) -> str:
    return task.execution_arn.rpartition(":")[2][:64]


def _wait(kind: Kind, sagemaker: Any, name: str, task: extensions.Task) -> Arguments:
    while True:
        job = described(kind, sagemaker, name)
        if job[kind.status] in ENDED:
            break
        if task.cancelled.wait(POLL_SECONDS):
            kind.call(sagemaker, "stop", **{kind.name: name})
            what = f"The {kind.word.lower()} job {name}"
            raise extensions.task_failed("States.TaskFailed", f"{what} was stopped with its task.")
    if job[kind.status] == "Failed":
        raise extensions.task_failed("States.TaskFailed", json.dumps(job))
    return job


def described(kind: Kind, sagemaker: Any, name: str) -> Arguments:
    """Return a Describe call's answer as Step Functions passes it on: times in milliseconds."""
    job = _without_metadata(kind.call(sagemaker, "describe", **{kind.name: name}))
    passed: Arguments = json.loads(json.dumps(job, default=lambda time: int(time.timestamp() * 1000)))
    return passed


def _without_metadata(answer: Arguments) -> Arguments:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


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
    return extensions.task_failed(f"SageMaker.{name}", cause)
