"""Where AWS reads a state otherwise than ministack: Retry, waiting, Assign, time limits, two of Output.

The Amazon States Language: https://states-language.net/spec.html
"""

import functools
import random
from typing import Any

from local_aws.ministack import bindings, extensions
from local_aws.process.environment import WAIT_SCALE

State = dict[str, Any]
Context = dict[str, Any]


def install() -> None:
    """Put AWS's reading around ministack's."""
    bindings.wrap("find retrier", _find_retrier)
    bindings.wrap("sleep", _sleep)
    bindings.wrap("assign", _assign)
    bindings.wrap("output path", _output_path)
    bindings.wrap("execute Choice", _choose)
    bindings.wrap("execute Task", _limit)


def is_jsonata(state: State, context: Context | None) -> bool:
    """Whether a state's fields are JSONata."""
    return bool(bindings.get("query language")(state, context) == "JSONata")


def seconds_before_retry(retrier: dict[str, Any], retries: int) -> float:
    """Return how long a retrier waits after so many retries."""
    seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** retries
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    if retrier.get("JitterStrategy") == "FULL":
        return random.uniform(0, seconds)  # noqa: S311 -- it keeps callers apart, and no secret
    return float(seconds)


def _find_retrier(original: Any) -> Any:
    """Wait here as the retrier says, since ministack knows neither its jitter nor its longest delay."""

    @functools.wraps(original)
    def find(retriers: list[Any], error: str, counts: dict[int, int]) -> Any:
        extensions.stop_if_cancelled()
        retrier, index = original(retriers, error, counts)
        if retrier is None or extensions.CURRENT_TASK.get(None) is None:  # TestState tries no state again
            return retrier, index
        bindings.get("sleep")(seconds_before_retry(retrier, counts.get(index, 0)))
        return {**retrier, "IntervalSeconds": 0}, index

    return find


def _sleep(original: Any) -> Any:
    """Wake up, and end the thread, when the execution or the branch is stopped."""

    @functools.wraps(original)
    def sleep(seconds: float) -> None:
        task = extensions.CURRENT_TASK.get(None)
        if task is None:
            original(seconds)
        elif task.cancelled.wait(seconds * WAIT_SCALE):
            raise extensions.StoppedError

    return sleep


def _assign(original: Any) -> Any:
    """Evaluate every expression with the values from before: none sees what its neighbours assign."""

    @functools.wraps(original)
    def assign(state: State, given: Any, context: Context | None, **more: Any) -> None:
        if context is None or not is_jsonata(state, context):
            return
        variables = context["variables"]
        assigned = {}
        for name, template in state.get("Assign", {}).items():
            alone = {**context, "variables": dict(variables)}
            original({**state, "Assign": {name: template}}, given, alone, **more)
            assigned[name] = alone["variables"][name]
        variables |= assigned

    return assign


def _output_path(original: Any) -> Any:
    @functools.wraps(original)
    def apply(state: State, given: Any, context: Context | None = None) -> Any:
        if state.get("Type") == "Succeed" and is_jsonata(state, context):
            return bindings.get("jsonata output")(state, given, context, default=given)
        return original(state, given, context)

    return apply


def _choose(original: Any) -> Any:
    """Let a Choice state's own Output count where its Default is taken, as if that were its last rule."""

    @functools.wraps(original)
    def choose(state: State, given: Any, context: Context | None = None) -> Any:
        if "Default" not in state or not is_jsonata(state, context):
            return original(state, given, context)
        fields: State = {name: state[name] for name in ("Assign", "Output") if name in state}
        default: State = {"Condition": True, "Next": state["Default"], **fields}
        return original({**state, "Choices": [*state["Choices"], default]}, given, context)

    return choose


def _limit(original: Any) -> Any:
    """Evaluate a task's time limit, which ministack takes as it stands."""

    @functools.wraps(original)
    def execute(state: State, given: Any, execution: dict[str, Any], context: Context) -> Any:
        if isinstance(state.get("TimeoutSeconds"), str):
            seconds = bindings.get("jsonata field")(state, "TimeoutSeconds", "number", given, context)
            return original({**state, "TimeoutSeconds": seconds}, given, execution, context)
        if "TimeoutSecondsPath" in state:
            seconds = bindings.get("resolve path")(state["TimeoutSecondsPath"], given, context)
            return original({**state, "TimeoutSeconds": seconds}, given, execution, context)
        return original(state, given, execution, context)

    return execute
