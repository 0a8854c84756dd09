"""How an execution that went well ends: what it answers, and what is told to people."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.config.settings import Settings
from stacks.jsonata import evaluated, quoted
from stacks.training_job import TRAINING_LOG_GROUP
from stacks.workflow_failures import where_to_look


class Outcomes(Construct):
    """The ends of an execution that didn't fail.

    Attributes
    ----------
    checked
        Of a dry run: the report of InspectDataset.
    promoted, not_promoted
        Of an execution with a model: told, then answered.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, topic: sns.ITopic) -> None:
        super().__init__(scope, id_)
        self._prefix = settings.prefix
        self._topic = topic
        self._where_to_look = where_to_look(settings, TRAINING_LOG_GROUP)
        self.checked = sfn.Succeed.jsonata(
            self,
            "Checked",
            comment="A dry run ends here with the report: nothing was trained, and nothing was spent.",
        )
        self.promoted = self._told(
            "TellPromoted",
            "promoted",
            sfn.Succeed.jsonata(self, "Promoted", comment="The new model answers at the endpoint."),
            _answer(promoted=True, reason="$evaluation.reason", endpoint=quoted(settings.prefix)),
            "$evaluation.summary",
        )
        self.not_promoted = self._told(
            "TellNotPromoted",
            "did not promote",
            sfn.Succeed.jsonata(
                self,
                "NotPromoted",
                comment="A success: the model stays listed, and the one before it keeps serving.",
            ),
            _answer(promoted=False, reason=_not_asked(" ") + " & $evaluation.reason", endpoint="null"),
            _not_asked("\\n") + " & $evaluation.summary",
        )

    def _told(
        self, name: str, verb: str, end: sfn.Succeed, answer: dict[str, Any], text: str
    ) -> sfn.TaskStateBase:
        tell = tasks.SnsPublish.jsonata(
            self,
            name,
            comment="The decision with its numbers, to whoever subscribed to the topic.",
            topic=self._topic,
            task_timeout=sfn.Timeout.duration(Duration.minutes(1)),
            subject=evaluated(f"{quoted(f'{self._prefix}: {verb} ')} & $job.name"),
            message=sfn.TaskInput.from_text(evaluated(f"{text} & {self._where_to_look}")),
            outputs=answer,
        )
        tell.add_catch(end, outputs=answer)  # A notification that can't be sent must not hide the result.
        tell.next(end)
        return tell


def _not_asked(end: str) -> str:
    """Return what stands before the evaluation's own words, since those may say "worth promoting"."""
    return f"($input.promote ? '' : 'The execution said promote: false.{end}')"


def _answer(*, promoted: bool, reason: str, endpoint: str) -> dict[str, Any]:
    """Return the output of an execution; `reason` and `endpoint` are JSONata expressions."""
    return {
        "training_job": evaluated("$job.name"),
        "model_data_url": evaluated("$job.model_data_url"),
        "metrics": evaluated("$evaluation.metrics"),
        "promoted": promoted,
        "reason": evaluated(reason),
        "endpoint": evaluated(endpoint),
        "runs": evaluated("$evaluation.runs"),
    }
