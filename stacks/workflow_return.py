"""The states that go back: a promoted model that fails its smoke test gives way to the one before it."""

from typing import Final

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.jsonata import condition, evaluated, quoted
from stacks.serving_calls import IN_PROGRESS, ServingCalls
from stacks.settings import Settings
from stacks.workflow_failures import Failures
from stacks.workflow_promotion import LATE, SERVES_OURS, clock

_WAS_OURS: Final = "$evaluation.incumbent = $job.model_data_url"
_BACK: Final = "$serving.status = 'UPDATE_COMPLETE' and $serving.model_data_url = $evaluation.incumbent"
_BEFORE: Final = (
    "$evaluation.incumbent = '' ? 'There is no endpoint again, as before.' "
    ": 'The endpoint serves ' & $evaluation.incumbent & ' again.'"
)


class Return(Construct):
    """A part of the state machine, from a failed smoke test to the explanation of it.

    Whatever happens here, the failure that is told is the smoke test's, with what serves now in its `where`.

    Attributes
    ----------
    begin
        Its first state, with `failure` assigned.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, calls: ServingCalls, failures: Failures
    ) -> None:
        super().__init__(scope, id_)
        self._explain = failures.explain
        self._name = calls.stack_name
        self.begin = calls.describe(
            "ReadServingAfterTest", "Is it still our model that failed?", clock=clock(settings)
        )
        update = self._update(calls)
        ours = sfn.Choice.jsonata(
            self,
            "IsItStillOurs",
            comment="What another run has promoted meanwhile is not ours to take back.",
            assign=self._told("'The endpoint serves ' & $serving.model_data_url & '.'"),
        )
        ours.when(condition(f"{SERVES_OURS} and $not({_WAS_OURS}) and $not({IN_PROGRESS})"), update)
        self.begin.next(ours.otherwise(self._explain))
        self.begin.add_catch(self._explain, assign=self._told(self._unknown))

    @property
    def _unknown(self) -> str:
        return quoted(f"The stack {self._name} could not be taken back to the model before it.")

    def _update(self, calls: ServingCalls) -> sfn.CustomState:
        update = calls.update(
            "GoBack",
            "The model before it takes the endpoint again.",
            url="$evaluation.incumbent",
            token="$input.job_name_base & '-back'",  # noqa: S106 -- ClientRequestToken is no secret
            clock={},
        )
        update.add_catch(self._explain, assign=self._told(self._unknown))
        read = calls.describe("ReadReturn", "How far is the way back?")
        read.add_catch(self._explain, assign=self._told(self._unknown))
        wait = calls.wait("WaitForReturn", "The old model comes up, the new one still answers.", read)
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
        return {
            "failure": evaluated(f"$merge([$failure, {{'where': ({now}) & ' ' & $failure.where}}])"),
        }
