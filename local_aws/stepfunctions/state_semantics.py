"""AWS's semantics of a state's fields where ministack's differ: Retry, Wait, Assign, time limits, Output.

The Amazon States Language: https://states-language.net/spec.html
"""

import functools
import random
from collections.abc import Callable
from typing import Any

from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Context, Execution, State
from local_aws.ministack.extensions import CURRENT_TASK, StoppedError, stop_if_cancelled
from local_aws.ministack.signatures import (
    ApplyToInput,
    AssignVariables,
    ExecuteCompositeState,
    ExecuteState,
    FindRetrier,
    Outcome,
)
from local_aws.process.environment import WAIT_SCALE


def install() -> None:
    """Wrap ministack's functions for the fields of states."""
    Ministack.find_retrier.wrap(_find_retrier)
    Ministack.sleep.wrap(_sleep)
    Ministack.assign_variables.wrap(_assign)
    Ministack.output_path.wrap(_output_path)
    Ministack.execute_choice.wrap(_choice)
    Ministack.execute_task.wrap(_task)


def is_jsonata(state: State, context: Context | None) -> bool:
    """Whether a state's fields are JSONata."""
    return ministack.query_language(state, context) == "JSONata"


def seconds_before_retry(retrier: dict[str, Any], retries: int) -> float:
    """Return how long a retrier waits after a number of retries."""
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** retries
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, seconds)  # noqa: S311 -- jitter spreads retries; it is no secret
    return float(seconds)


def _find_retrier(original: FindRetrier) -> FindRetrier:
    """Wait here, since ministack supports neither JitterStrategy nor MaxDelaySeconds."""

    @functools.wraps(original)
    def find(
        retriers: list[dict[str, Any]], error: str, counts: dict[int, int]
    ) -> tuple[dict[str, Any] | None, int]:
        stop_if_cancelled()
        retrier, index = original(retriers, error, counts)
        if retrier is None or CURRENT_TASK.get(None) is None:  # TestState retries no state
            return retrier, index
        ministack.sleep(seconds_before_retry(retrier, counts.get(index, 0)))
        return {**retrier, "IntervalSeconds": 0}, index

    return find


def _sleep(original: Callable[[float], None]) -> Callable[[float], None]:
    """End the wait and the thread when the execution or the branch is stopped."""

    @functools.wraps(original)
    def sleep(seconds: float) -> None:
        task = CURRENT_TASK.get(None)
        if task is None:
            original(seconds)
        elif task.cancelled.wait(seconds * WAIT_SCALE):
            raise StoppedError

    return sleep


def _assign(original: AssignVariables) -> AssignVariables:
    """Evaluate every expression with the previous values, not with those that the same Assign sets."""

    @functools.wraps(original)
    def assign(state: State, raw_input: Any, context: Context | None, /, **values: Any) -> None:
        if context is None or not is_jsonata(state, context):
            return
        variables = context["variables"]
        assigned = {}
        for name, template in state.get("Assign", {}).items():
            copied = {**context, "variables": dict(variables)}
            original({**state, "Assign": {name: template}}, raw_input, copied, **values)
            assigned[name] = copied["variables"][name]
        variables |= assigned

    return assign


def _output_path(original: ApplyToInput) -> ApplyToInput:
    """Evaluate the Output of a Succeed state."""

    @functools.wraps(original)
    def apply(state: State, raw_input: Any, context: Context | None = None) -> Any:
        if state.get("Type") == "Succeed" and is_jsonata(state, context):
            return ministack.jsonata_output(state, raw_input, context, default=raw_input)
        return original(state, raw_input, context)

    return apply


def _choice(original: ExecuteState) -> ExecuteState:
    """Apply a Choice state's own Assign and Output to its Default, as if that were its last rule."""

    @functools.wraps(original)
    def execute(state: State, raw_input: Any, context: Context | None = None) -> Outcome:
        if "Default" not in state or not is_jsonata(state, context):
            return original(state, raw_input, context)
        fields: State = {name: state[name] for name in ("Assign", "Output") if name in state}
        default: State = {"Condition": True, "Next": state["Default"], **fields}
        return original({**state, "Choices": [*state["Choices"], default]}, raw_input, context)

    return execute


def _task(original: ExecuteCompositeState) -> ExecuteCompositeState:
    """Evaluate a task's time limit, which ministack uses unevaluated."""

    @functools.wraps(original)
    def execute(state: State, raw_input: Any, execution: Execution, context: Context) -> Outcome:
        if isinstance(state.get("TimeoutSeconds"), str):
            seconds = ministack.jsonata_field(state, "TimeoutSeconds", "number", raw_input, context)
            state = {**state, "TimeoutSeconds": seconds}
        elif "TimeoutSecondsPath" in state:
            seconds = ministack.resolve_path(state["TimeoutSecondsPath"], raw_input, context)
            state = {**state, "TimeoutSeconds": seconds}
        return original(state, raw_input, execution, context)

    return execute
