"""Parallel and inline Map states, as AWS runs and records them.

docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
Variables have scopes: docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

import copy
import functools
import json
import threading
from typing import Any

from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Context, Execution, State
from local_aws.ministack.extensions import StoppedError, stop_if_cancelled, task_failed
from local_aws.ministack.signatures import ExecuteCompositeState, Outcome
from local_aws.stepfunctions import concurrency, history
from local_aws.stepfunctions.state_semantics import is_jsonata

MAX_CONCURRENCY = 40  # iterations of an inline Map


def install() -> None:
    """Replace how ministack runs branches and iterations."""
    Ministack.run_states.wrap(lambda _: run_states)
    Ministack.run_branches.wrap(lambda _: _run_branches)
    Ministack.run_iterations.wrap(_run_iterations)


def run_states(
    states: dict[str, State], start: str, raw_input: Any, execution: Execution, context: Context
) -> Any:
    """Run the states of a branch or an iteration; return the output of the last one."""
    if not execution["events"]:  # a child execution of a distributed Map has its own history
        history.enter(history.Branch())
    name: str | None = start
    data = copy.deepcopy(raw_input)
    while name:
        stop_if_cancelled()
        data, name = _run_state(name, states[name], data, execution, context)
    return data


def _run_state(name: str, state: State, raw_input: Any, execution: Execution, context: Context) -> Outcome:
    state_type = state["Type"]
    context["State"] = {"Name": name, "EnteredTime": history.now(), "RetryCount": 0}
    history.add(execution, f"{state_type}StateEntered", name=name, input=json.dumps(raw_input))
    if state_type == "Fail":
        raise task_failed(*ministack.fail_state_error(state, raw_input, context))
    try:
        output, next_state = _execute(state, raw_input, execution, context)
    except ministack.task_error:
        raise
    except Exception as error:
        raise task_failed("States.Runtime", str(error)) from error
    stop_if_cancelled()
    history.add(execution, f"{state_type}StateExited", name=name, output=json.dumps(output))
    return output, next_state


def _execute(state: State, raw_input: Any, execution: Execution, context: Context) -> Outcome:
    simple = {
        "Pass": ministack.execute_pass,
        "Choice": ministack.execute_choice,
        "Wait": ministack.execute_wait,
    }
    composite = {
        "Task": ministack.execute_task,
        "Parallel": ministack.execute_parallel,
        "Map": ministack.execute_map,
    }
    state_type = state["Type"]
    if state_type == "Succeed":
        selected = ministack.input_path(state, raw_input, context)
        return ministack.output_path(state, selected, context), None
    if state_type in simple:
        return simple[state_type](state, raw_input, context)
    return composite[state_type](state, raw_input, execution, context)


def _run_branches(state: State, raw_input: Any, execution: Execution, context: Context) -> Outcome:
    """Make one attempt at a Parallel state."""
    select = ministack.jsonata_arguments if is_jsonata(state, context) else ministack.parameters
    selected = select(state, ministack.input_path(state, raw_input, context), context)
    history.add(execution, "ParallelStateStarted")
    branches = [
        functools.partial(
            run_states, branch["States"], branch["StartAt"], selected, execution, copy.deepcopy(context)
        )
        for branch in state["Branches"]
    ]
    try:
        results = concurrency.run(branches, len(branches))
    except ministack.task_error:
        history.add(execution, "ParallelStateFailed")
        raise
    history.add(execution, "ParallelStateSucceeded")
    return _outcome(state, raw_input, context, results)


def _run_iterations(original: ExecuteCompositeState) -> ExecuteCompositeState:
    """Make one attempt at a Map state; ministack runs distributed ones."""

    @functools.wraps(original)
    def run(state: State, raw_input: Any, execution: Execution, context: Context) -> Outcome:
        processor = state.get("ItemProcessor") or state["Iterator"]
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            return original(state, raw_input, execution, context)
        items = _items(state, raw_input, context)
        max_concurrency = _max_concurrency(state, raw_input, context)
        history.add(execution, "MapStateStarted", length=len(items))
        results = _Iterations(state, raw_input, execution, context).run(items, max_concurrency)
        history.add(execution, "MapStateSucceeded")
        return _outcome(state, raw_input, context, results)

    return run


def _items(state: State, raw_input: Any, context: Context) -> list[Any]:
    if "Items" in state:
        items = ministack.jsonata_field(state, "Items", "array", raw_input, context)
    else:
        selected = ministack.input_path(state, raw_input, context)
        items = ministack.resolve_path(state.get("ItemsPath", "$"), selected, context)
    if not isinstance(items, list):
        path = state.get("ItemsPath", "$")
        raise task_failed("States.Runtime", f'Reference path "{path}" must point to array.')
    return items


def _max_concurrency(state: State, raw_input: Any, context: Context) -> int:
    if "MaxConcurrencyPath" in state:
        value = ministack.resolve_path(state["MaxConcurrencyPath"], raw_input, context)
    elif "MaxConcurrency" in state:
        value = ministack.jsonata_field(state, "MaxConcurrency", "number", raw_input, context)
    else:
        value = 0
    return min(int(value) or MAX_CONCURRENCY, MAX_CONCURRENCY)


class _Iterations:
    """One attempt at the iterations of an inline Map."""

    def __init__(self, state: State, raw_input: Any, execution: Execution, context: Context) -> None:
        self._state, self._raw_input, self._execution, self._context = state, raw_input, execution, context
        self._name = context["State"]["Name"]
        self._running: dict[int, history.Branch] = {}
        self._last_ended = history.branch().previous
        self._lock = threading.Lock()

    def run(self, items: list[Any], max_concurrency: int) -> list[Any]:
        iterations = [functools.partial(self._iterate, index, item) for index, item in enumerate(items)]
        try:
            results = concurrency.run(iterations, max_concurrency)
        except ministack.task_error:
            self._abort()
            history.add(self._execution, "MapStateFailed")
            raise
        history.branch().previous = self._last_ended
        return results

    def _iterate(self, index: int, item: Any) -> Any:
        context = copy.deepcopy(self._context) | {"Map": {"Item": {"Index": index, "Value": item}}}
        with self._lock:
            self._record("Started", index)
            self._running[index] = history.branch()
        try:
            selected = self._selected(item, context)
            processor = self._state.get("ItemProcessor") or self._state["Iterator"]
            output = run_states(processor["States"], processor["StartAt"], selected, self._execution, context)
        except ministack.task_error:
            self._end(index, "Failed")
            raise
        self._end(index, "Succeeded")
        return output

    def _selected(self, item: Any, context: Context) -> Any:
        """Return an iteration's input: the item, or the result of ItemSelector (formerly Parameters)."""
        selector = self._state.get("ItemSelector") or self._state.get("Parameters")
        if not selector:
            return item
        if is_jsonata(self._state, context):
            return ministack.jsonata_template(selector, self._raw_input, context)
        selected = ministack.input_path(self._state, self._raw_input, context)
        return ministack.resolve_template(selector, selected, context)

    def _end(self, index: int, result: str) -> None:
        with self._lock:
            self._last_ended = self._record(result, index)
            del self._running[index]

    def _abort(self) -> None:
        own = history.branch()
        with self._lock:
            for index, branch in self._running.items():
                history.enter(branch)
                self._record("Aborted", index)
        history.enter(own)

    def _record(self, change: str, index: int) -> int:
        event = history.add(self._execution, f"MapIteration{change}", name=self._name, index=index)
        if event is None:  # another iteration has failed, or the execution was stopped
            raise StoppedError
        event_id: int = event["id"]
        return event_id


def _outcome(state: State, raw_input: Any, context: Context, results: list[Any]) -> Outcome:
    """Return the state's output and its next state, after its branches or iterations have succeeded."""
    next_state = state.get("Next")
    if is_jsonata(state, context):
        output = ministack.jsonata_output(state, raw_input, context, result=results, default=results)
        ministack.assign_variables(state, raw_input, context, result=results)
        return output, next_state
    selected = ministack.result_selector(state, results)
    output = ministack.result_path(state, raw_input, selected)
    return ministack.output_path(state, output, context), next_state
