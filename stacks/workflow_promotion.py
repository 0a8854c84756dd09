"""The states that promote: update the Serving stack with the new ModelDataUrl, and await the outcome."""

from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.config.settings import Settings
from stacks.jsonata import condition, evaluated, quoted
from stacks.serving_calls import IN_PROGRESS, ServingCalls
from stacks.workflow_failures import Failures, failure

SERVES_OURS: Final = "$serving.model_data_url = $job.model_data_url"
LATE: Final = "$millis() > $deadline"
# Names the update among the stack's events; each execution makes one.
_TOKEN: Final = "$input.job_name_base"  # noqa: S105 -- ClientRequestToken is no secret
# Events come newest first, and an update's carry its token. What failed first is the reason.
_OURS: Final = f"$states.result.StackEvents[ClientRequestToken = {_TOKEN}]"
_FIRST_FAILURE: Final = f"""(
    $ours := {_OURS};
    $first := $ours[$contains(ResourceStatus, '_FAILED')][-1];
    $exists($first) ? $first.LogicalResourceId & ': ' & $first.ResourceStatusReason
    : 'CloudFormation gives no reason; the stack is ' & $serving.status
      & ' and its ModelDataUrl is "' & $serving.model_data_url & '"'
)"""


def clock(settings: Settings) -> dict[str, str]:
    """Return the assignment of the time until which the stack is waited for."""
    return {"deadline": evaluated(f"$millis() + {settings.promotion_timeout_seconds * 1000}")}


def replaced_by_another() -> dict[str, str]:
    """Return the assignment that adds to the evaluation that its model was promoted and replaced."""
    replaced = "'Another run promoted ' & $serving.model_data_url & ' before this model was tested.'"
    added = {
        "reason": f"$evaluation.reason & ' ' & {replaced}",
        "summary": f"$evaluation.summary & '\\n' & {replaced}",
    }
    fields = ", ".join(f"'{name}': {value}" for name, value in added.items())
    return {"evaluation": evaluated(f"$merge([$evaluation, {{{fields}}}])")}


class Promotion(Construct):
    """A part of the state machine, from reading the stack to its update's end.

    All refusals of UpdateStack carry one error name, so they are told apart by their text.

    Attributes
    ----------
    begin
        Its first state; assign `clock` on the way to it.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, calls: ServingCalls, failures: Failures
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self._calls = calls
        self._failures = failures
        self._failed = {
            "what": f"'The promotion of ' & $job.model_data_url & ' to {calls.stack_name} failed:'",
            "where": quoted(
                f"Details: the events of the stack {calls.stack_name} and the log group "
                f"/aws/sagemaker/Endpoints/{settings.prefix}."
            ),
        }
        self.begin = calls.describe("ReadServing", "What does the stack serve now, and is it busy?")
        self.begin.add_catch(failures.explain, **self._caught())

    def connect(
        self, *, evaluate_again: sfn.IChainable, promoted: sfn.IChainable, replaced: sfn.IChainable
    ) -> None:
        """Lay the ways through the part and out of it."""
        wait = self._calls.wait(
            "WaitForOtherUpdate", "Another run, or a deployment, is changing the stack.", self.begin
        )
        update = self._update(wait, promoted, self._was_it_replaced(replaced))
        ready = self._choice("IsServingFree", "Does the stack stand still, and serve what was compared with?")
        self._unless_late(ready, wait)
        ready.when(condition(SERVES_OURS), promoted)
        # Another run promoted meanwhile.
        ready.when(condition("$serving.model_data_url != $evaluation.incumbent"), evaluate_again)
        ready.otherwise(update)
        self.begin.next(ready)

    def _update(
        self, wait_for_other: sfn.IChainable, promoted: sfn.IChainable, not_ours: sfn.IChainable
    ) -> sfn.CustomState:
        read = self._calls.describe("ReadUpdate", "How far is the update?")
        read.add_catch(self._failures.explain, **self._caught())
        wait = self._calls.wait(
            "WaitForUpdate", "The new instances come up, the old ones still answer.", read
        )
        read.next(self._outcome(wait, promoted, not_ours))
        update = self._calls.update(
            "Promote",
            "CloudFormation replaces model and endpoint config, SageMaker the endpoint's instances.",
            url="$job.model_data_url",
            token=_TOKEN,
            clock=clock(self._settings),
        )
        refused = self._choice("WhyRefused", "All of UpdateStack's refusals carry one error name.")
        for text, following in (
            ("No updates are to be performed", promoted),
            ("_IN_PROGRESS", wait_for_other),
            ("Rate exceeded", wait_for_other),
        ):
            refused.when(condition(f"$contains($failure.said, {quoted(text)})"), following)
        refused.otherwise(self._failures.explain)
        update.add_catch(refused, **self._caught())
        update.next(wait)
        return update

    def _outcome(
        self, wait: sfn.IChainable, promoted: sfn.IChainable, not_ours: sfn.IChainable
    ) -> sfn.Choice:
        outcome = self._choice("IsUpdateDone", "UPDATE_COMPLETE counts only with our model in it.")
        self._unless_late(outcome, wait)
        done = f"$serving.status = 'UPDATE_COMPLETE' and {SERVES_OURS}"
        outcome.when(condition(done), promoted)
        return outcome.otherwise(not_ours)

    def _unless_late(self, choice: sfn.Choice, wait: sfn.IChainable) -> None:
        """Wait while the stack is in progress, but not beyond the deadline."""
        choice.when(condition(f"{IN_PROGRESS} and $not({LATE})"), wait)
        limit = self._settings.promotion_timeout_seconds
        said = f"'the stack is still ' & $serving.status & ' after {limit} seconds. CloudFormation goes on.'"
        choice.when(
            condition(IN_PROGRESS),
            self._failures.explain,
            assign={"failure": failure("PromotionFailed", said=said, **self._failed)},
        )

    def _was_it_replaced(self, replaced: sfn.IChainable) -> tasks.CallAwsService:
        """Tell an update that failed from one that another run's followed before it was looked at."""
        done = f"LogicalResourceId = '{self._calls.stack_name}' and ResourceStatus = 'UPDATE_COMPLETE'"
        read = self._calls.read(
            "ReadEventsOfUpdate",
            "Our model doesn't serve: did the update fail, and why, or has another run promoted since?",
            "describeStackEvents",
            {
                "failure": failure("PromotionFailed", said=_FIRST_FAILURE, **self._failed),
                "done": evaluated(f"$exists({_OURS}[{done}])"),
            },
        )
        read.add_catch(self._failures.explain, **self._caught())
        choice = self._choice("WasItReplaced", "What another run has promoted since is not our failure.")
        choice.when(condition("$done"), replaced, assign=replaced_by_another())
        read.next(choice.otherwise(self._failures.explain))
        return read

    def _caught(self) -> dict[str, Any]:
        return self._failures.caught("PromotionFailed", **self._failed)

    def _choice(self, name: str, comment: str) -> sfn.Choice:
        return sfn.Choice.jsonata(self, name, comment=comment)
