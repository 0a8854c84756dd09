"""How every failure of a state machine becomes a sentence: told in a notification, then the Fail state."""

from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.config.settings import Settings
from stacks.jsonata import condition, evaluated, quoted
from stacks.operations.console_links import execution_link, log_group_link

# Step Functions allows a cause of 32,768 characters.
_CAUSE_AT_MOST: Final = 30_000
# The error names of what SageMaker didn't even begin; a job that fails is States.TaskFailed.
_REFUSED: Final = "$contains($states.errorOutput.Error, 'SageMaker.')"
_OVERTIME: Final = """' (MaxRuntimeExceeded): it may take ' & $said.StoppingCondition.MaxRuntimeInSeconds
    & ' seconds, which the setting training_max_runtime_seconds says'"""
_CAUGHT: Final = "$type($states.errorOutput.Cause) = 'string' ? $trim($states.errorOutput.Cause) : ''"


class Failures(Construct):
    """The tail that all failures of a machine share.

    Parameters
    ----------
    job_logs
        The log group of the jobs that the machine starts.

    Attributes
    ----------
    explain
        The state that whatever fails leads to, with `failure` assigned.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, topic: sns.ITopic, job_logs: str
    ) -> None:
        super().__init__(scope, id_)
        failed = sfn.Fail.jsonata(
            self,
            "Failed",
            comment="The cause is a sentence: what failed, why, and where the log is.",
            error=evaluated("$failure.error"),
            cause=evaluated("$cause"),
        )
        notify = tasks.SnsPublish.jsonata(
            self,
            "TellOfFailure",
            comment="The same sentence to whoever subscribed to the topic.",
            topic=topic,
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
            subject=evaluated(f"{quoted(settings.prefix)} & ': ' & $failure.error"),
            message=sfn.TaskInput.from_text(
                evaluated(f"$failure.error & ': ' & $cause & {where_to_look(settings, job_logs)}")
            ),
        )
        notify.add_catch(failed)  # A notification that can't be sent must not hide the failure.
        notify.next(failed)
        self.explain = explanation(self, "ExplainFailure", of="failure", into="cause", following=notify)

    def caught(self, error: str, *, what: str, where: str) -> dict[str, Any]:
        """Return the arguments of a task's `add_catch` that say how its errors are told of.

        Parameters
        ----------
        error
            The error that the execution ends with.
        what, where
            JSONata expressions: what was tried, and where the log is.
        """
        return {"assign": {"failure": caught_failure(error, what=what, where=where)}}


def where_to_look(settings: Settings, job_logs: str) -> str:
    """Return the end of a message: a JSONata expression of links to its execution and the logs of jobs."""
    links = f"\\n\\nLogs of jobs: {log_group_link(settings.region, job_logs)}"
    return f"'{links}\\nThe execution: {execution_link(settings.region)}' & $states.context.Execution.Id"


def caught_failure(error: str, *, what: str, where: str) -> dict[str, str]:
    """Return what `explanation` explains, made of the error that a state's Catch has caught."""
    return failure(error, what=what, said=_CAUGHT, name="$states.errorOutput.Error", where=where)


def job_failed(kind: str, name: str, log_group: str) -> dict[str, str]:
    """Return `what` and `where` of a job that has failed; `name` is a JSONata expression."""
    return {
        "what": f"'The {kind} job ' & {name} & ' failed:'",
        "where": f"'Its log: the streams ' & {name} & '/* of the log group {log_group}.'",
    }


def job_caught(kind: str, name: str, log_group: str) -> dict[str, str]:
    """Return the same for a Catch: what SageMaker refused was never there, and has no log."""
    failed = job_failed(kind, name, log_group)
    return {
        "what": f"{_REFUSED} ? 'SageMaker refused the {kind} job ' & {name} & ':' : {failed['what']}",
        "where": f"{_REFUSED} ? '' : {failed['where']}",
    }


def failure(error: str, *, what: str, said: str, where: str, name: str = "''") -> dict[str, str]:
    """Return what `explanation` explains.

    Parameters
    ----------
    error
        The error that the execution ends with.
    what, said, where, name
        JSONata expressions: what was tried, the reason as it was given (JSON, text or ''), where the log is,
        and the name of the error where nothing was said.
    """
    fields = {"what": what, "said": said, "where": where, "name": name}
    return {"error": error, **{key: evaluated(value) for key, value in fields.items()}}


def explanation(scope: Construct, id_: str, *, of: str, into: str, following: sfn.IChainable) -> sfn.Choice:
    """Return the state that makes a sentence of a `failure`.

    A cause comes in four kinds: a function's error JSON, the JSON that describes a job, plain text, none. A
    Choice tells them apart before anything is parsed, because a state that fails there has no Catch.

    Parameters
    ----------
    of, into
        The variable that holds the failure, and the one that the sentence is assigned to.
    """
    said = f"${of}.said"
    choice = sfn.Choice.jsonata(
        scope,
        id_,
        comment="Was the cause given as JSON, as text, or not at all?",
        assign=_sentence(of, into, said),
    )
    looks_like_json = f"$substring({said}, 0, 1) = '{{' and $substring({said}, -1) = '}}'"
    choice.when(condition(looks_like_json), following, assign=_sentence(of, into, _reason_in_json(said)))
    unsaid = f"'no reason was given (' & ${of}.name & ')'"
    choice.when(condition(f"{said} = ''"), following, assign=_sentence(of, into, unsaid))
    return choice.otherwise(following)


def _reason_in_json(said: str) -> str:
    """Read the message of a function's error, or the reason, or else the status, of a described job."""
    return f"""(
    $said := $parse({said});
    $status := $said.TrainingJobStatus ? $said.TrainingJobStatus : $said.TransformJobStatus;
    $detail := $said.SecondaryStatus = 'MaxRuntimeExceeded' ? {_OVERTIME}
    : $status = 'Stopped' ? ': somebody stopped it' : '';
    $said.errorMessage ? $said.errorMessage
    : $said.FailureReason ? $said.FailureReason
    : $status ? 'the job is ' & $status & $detail
    : {said}
)"""


def _sentence(of: str, into: str, reason: str) -> dict[str, Any]:
    sentences = f"""(
    $reason := $trim({reason});
    $stop := $substring($reason, -1) = '.' ? '' : '.';
    $substring($trim(${of}.what & ' ' & $reason & $stop & ' ' & ${of}.where), 0, {_CAUSE_AT_MOST})
)"""
    return {into: evaluated(sentences)}
