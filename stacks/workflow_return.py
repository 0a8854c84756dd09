"""The states after a failed smoke test: wait for others, or go back to the model that served before."""

from typing import Any, Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.config.settings import Settings
from stacks.jsonata import condition, evaluated, quoted
from stacks.serving_calls import IN_PROGRESS, ServingCalls
from stacks.workflow_failures import Failures
from stacks.workflow_promotion import LATE, SERVES_OURS, clock, replaced_by_another

_BACK: Final = "$serving.status = 'UPDATE_COMPLETE' and $serving.model_data_url = $evaluation.incumbent"
_FOR_NOW: Final = "/_IN_PROGRESS|Rate exceeded/"
_BEFORE: Final = (
    "$evaluation.incumbent = '' ? 'There is no endpoint again, as before.' "
    ": 'The endpoint serves ' & $evaluation.incumbent & ' again.'"
)


class Return(Construct):
    """A part of the state machine, from a failed smoke test to what becomes of it.

    While another run's promotion goes on the endpoint can't be judged: it is awaited, and then the test is
    made again, or our model has been replaced. Only a model that fails alone gives way to the one before it.

    Attributes
    ----------
    begin
        Its first state; assign `on_the_way` on the way to it.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, calls: ServingCalls, failures: Failures
    ) -> None:
        super().__init__(scope, id_)
        self._explain = failures.explain
        self._calls = calls
        self._unknown = quoted(
            f"The stack {calls.stack_name} could not be taken back to the model before it."
        )
        self._clock = clock(settings)
        self.begin = calls.describe("ReadServingAfterTest", "Is it our model alone that failed?")
        self.begin.add_catch(self._explain, assign=self._told(self._unknown))

    def on_the_way(self, failure: dict[str, Any]) -> dict[str, Any]:
        """Return the assignment for the Catch that leads here."""
        return {**failure, **self._clock, "waited": False}

    def connect(self, *, test_again: sfn.IChainable, replaced: sfn.IChainable) -> None:
        """Lay the ways out of the part."""
        wait = sfn.Pass.jsonata(
            self, "WaitedForOther", comment="What failed may have been the change.", assign={"waited": True}
        )
        wait.next(
            self._calls.wait(
                "WaitForOtherPromotion", "Another run is changing the endpoint, as it may.", self.begin
            )
        )
        serves = "'The endpoint serves ' & $serving.model_data_url & '.'"
        whose = sfn.Choice.jsonata(
            self, "WhoseModelServes", comment="What another run has promoted is not ours to take back."
        )
        whose.when(condition(f"{IN_PROGRESS} and $not({LATE})"), wait)
        whose.when(condition(IN_PROGRESS), self._explain, assign=self._told(self._unknown))
        whose.when(condition(f"$not({SERVES_OURS})"), replaced, assign=replaced_by_another())
        whose.when(condition("$waited"), test_again)
        nothing_before = condition("$evaluation.incumbent = $job.model_data_url")
        whose.when(nothing_before, self._explain, assign=self._told(serves))
        self.begin.next(whose.otherwise(self._go_back(wait)))

    def _go_back(self, wait_for_other: sfn.IChainable) -> sfn.CustomState:
        update = self._calls.update(
            "GoBack",
            "The model before it takes the endpoint again.",
            url="$evaluation.incumbent",
            token="$input.job_name_base & '-back'",  # noqa: S106 -- ClientRequestToken is no secret
            clock=self._clock,
        )
        refused = sfn.Choice.jsonata(
            self,
            "WhyNotBack",
            comment="A stack that another run took first, or throttling, is judged anew after a while.",
            assign=self._told(self._unknown),
        )
        refused.when(condition(f"$contains($refusal, {_FOR_NOW})"), wait_for_other)
        update.add_catch(
            refused.otherwise(self._explain),
            assign={"refusal": evaluated("$states.errorOutput.Cause & ''")},
        )
        read = self._calls.describe("ReadReturn", "How far is the way back?")
        read.add_catch(self._explain, assign=self._told(self._unknown))
        wait = self._calls.wait("WaitForReturn", "The old model comes up, the new one still answers.", read)
        done = sfn.Choice.jsonata(
            self,
            "IsReturnDone",
            comment="The smoke test's failure is told either way.",
            assign=self._told(self._unknown),
        )
        done.when(condition(f"{IN_PROGRESS} and $not({LATE})"), wait)
        done.when(condition(_BACK), self._explain, assign=self._told(_BEFORE))
        read.next(done.otherwise(self._explain))
        update.next(wait)
        return update

    def _told(self, now: str) -> dict[str, str]:
        """Return the assignment that adds to the failure what serves now."""
        where = f"({now}) & ' ' & $failure.where"
        return {"failure": evaluated(f"$merge([$failure, {{'where': {where}}}])")}
