"""Where every failure of the state machine ends: one sentence, one notification, one Fail state."""

from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.settings import Settings

# Step Functions allows a cause of 32,768 characters.
_CAUSE_AT_MOST: Final = 30_000
_CAUGHT: Final = "$type($states.errorOutput.Cause) = 'string' ? $trim($states.errorOutput.Cause) : ''"
_LOOKS_LIKE_JSON: Final = "$substring($failure.said, 0, 1) = '{' and $substring($failure.said, -1) = '}'"
# A function's error JSON has errorMessage; DescribeTrainingJob has FailureReason, unless it was stopped.
_REASON_IN_JSON: Final = """(
    $said := $parse($failure.said);
    $said.errorMessage ? $said.errorMessage
    : $said.FailureReason ? $said.FailureReason
    : $said.TrainingJobStatus ? 'the job is ' & $said.TrainingJobStatus & ' (' & $said.SecondaryStatus & ')'
    : $failure.said
)"""


def evaluated(expression: str) -> str:
    """Mark a JSONata expression as one."""
    return f"{{% {expression} %}}"


def quoted(text: str) -> str:
    """Write a text, which may hold CDK tokens but no quotes, as a JSONata string."""
    return f"'{text}'"


class Failures(Construct):
    """The tail that all failures share.

    A cause comes in four kinds: a function's error JSON, the JSON of DescribeTrainingJob, plain text, none. A
    Choice tells them apart before anything is parsed, because a state that fails there has no Catch.

    Attributes
    ----------
    explain
        The state that whatever fails leads to, with `failure` assigned.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, topic: sns.ITopic) -> None:
        super().__init__(scope, id_)
        failed = sfn.Fail.jsonata(
            self,
            "Failed",
            error=evaluated("$failure.error"),
            cause=evaluated("$cause"),
        )
        notify = tasks.SnsPublish.jsonata(
            self,
            "NotifyFailure",
            topic=topic,
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
            subject=evaluated(f"{quoted(settings.prefix)} & ': ' & $failure.error"),
            message=sfn.TaskInput.from_text(
                evaluated(
                    "$failure.error & ': ' & $cause & '\\n\\nExecution: ' & $states.context.Execution.Id"
                )
            ),
        )
        notify.add_catch(failed)  # A notification that can't be sent must not hide the failure.
        notify.next(failed)
        self.explain = _explain(self, notify)

    def caught(self, error: str, *, what: str, where: str) -> dict[str, Any]:
        """Return the arguments of a task's `add_catch` that say how its errors are told of.

        Parameters
        ----------
        error
            The error that the execution ends with.
        what, where
            JSONata expressions: what was tried, and where the log is.
        """
        said = failure(error, what=what, said=_CAUGHT, name="$states.errorOutput.Error", where=where)
        return {"assign": said}


def failure(error: str, *, what: str, said: str, where: str, name: str = "''") -> dict[str, Any]:
    """Return the assignment that the Failures' `explain` reads.

    Parameters
    ----------
    error
        The error that the execution ends with.
    what, said, where, name
        JSONata expressions: what was tried, the reason as it was given (JSON, text or ''), where the log is,
        and the name of the error where nothing was said.
    """
    fields = {"what": what, "said": said, "where": where, "name": name}
    return {"failure": {"error": error, **{key: evaluated(value) for key, value in fields.items()}}}


def _explain(scope: Construct, following: sfn.IChainable) -> sfn.Choice:
    choice = sfn.Choice.jsonata(
        scope,
        "ExplainFailure",
        comment="Was the cause given as JSON, as text, or not at all?",
        assign=_cause("$failure.said"),
    )
    choice.when(sfn.Condition.jsonata(evaluated(_LOOKS_LIKE_JSON)), following, assign=_cause(_REASON_IN_JSON))
    choice.when(
        sfn.Condition.jsonata(evaluated("$failure.said = ''")),
        following,
        assign=_cause("'no reason was given (' & $failure.name & ')'"),
    )
    return choice.otherwise(following)


def _cause(reason: str) -> dict[str, Any]:
    sentences = f"""(
    $reason := $trim({reason});
    $stop := $substring($reason, -1) = '.' ? '' : '.';
    $substring($trim($failure.what & ' ' & $reason & $stop & ' ' & $failure.where), 0, {_CAUSE_AT_MOST})
)"""
    return {"cause": evaluated(sentences)}
