"""Parallel and inline Map, as AWS runs and records them.

docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
Variables have scopes: docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

import copy
import functools
import json
import threading
from typing import Any

from local_aws.ministack import bindings, extensions
from local_aws.stepfunctions import concurrency, history
from local_aws.stepfunctions.history import Execution
from local_aws.stepfunctions.state_semantics import Context, State, is_jsonata

AT_ONCE = 40  # iterations of an inline Map, at most

Reached = tuple[Any, str | None]


def install() -> None:
    """Run branches and iterations in ministack's place."""
    bindings.wrap("run states", lambda _: run_states)
    bindings.wrap("run branches", lambda _: _run_branches)
    bindings.wrap("run iterations", _run_iterations)


def run_states(
    states: dict[str, State], start: str, given: Any, execution: Execution, context: Context
) -> Any:
    """Run the states of a branch or an iteration; return the last one's output."""
    if not execution["events"]:  # a child of a distributed Map has a history of its own
        history.enter(history.Branch())
    name: str | None = start
    data = copy.deepcopy(given)
    while name:
        extensions.stop_if_cancelled()
        data, name = _run_state(name, states[name], data, execution, context)
    return data


def _run_state(name: str, state: State, given: Any, execution: Execution, context: Context) -> Reached:
    kind = state["Type"]
    context["State"] = {"Name": name, "EnteredTime": history.now(), "RetryCount": 0}
    history.add(execution, f"{kind}StateEntered", name=name, input=json.dumps(given))
    if kind == "Fail":
        raise extensions.task_failed(*bindings.get("error of fail state")(state, given, context))
    try:
        output, following = _executed(kind, state, given, execution, context)
    except bindings.get("task error"):
        raise
    except Exception as error:
        raise extensions.task_failed("States.Runtime", str(error)) from error
    extensions.stop_if_cancelled()
    history.add(execution, f"{kind}StateExited", name=name, output=json.dumps(output))
    return output, following


def _executed(kind: str, state: State, given: Any, execution: Execution, context: Context) -> Reached:
    if kind == "Succeed":
        selected = bindings.get("input path")(state, given, context)
        return bindings.get("output path")(state, selected, context), None
    execute = bindings.get(f"execute {kind}")
    arguments = (execution, context) if kind in {"Task", "Parallel", "Map"} else (context,)
    reached: Reached = execute(state, given, *arguments)
    return reached


def _run_branches(state: State, given: Any, execution: Execution, context: Context) -> Reached:
    """Make one attempt at a Parallel state."""
    select = bindings.get("task arguments" if is_jsonata(state, context) else "task parameters")
    selected = select(state, bindings.get("input path")(state, given, context), context)
    history.add(execution, "ParallelStateStarted")
    works = [
        functools.partial(
            run_states, branch["States"], branch["StartAt"], selected, execution, copy.deepcopy(context)
        )
        for branch in state["Branches"]
    ]
    try:
        results = concurrency.run(works, len(works))
    except bindings.get("task error"):
        history.add(execution, "ParallelStateFailed")
        raise
    history.add(execution, "ParallelStateSucceeded")
    return _left(state, given, context, results)


def _run_iterations(original: Any) -> Any:
    """Make one attempt at a Map state, here if it is inline."""

    @functools.wraps(original)
    def run(state: State, given: Any, execution: Execution, context: Context) -> Reached:
        processor = state.get("ItemProcessor") or state["Iterator"]
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            distributed: Reached = original(state, given, execution, context)
            return distributed
        items = _items(state, given, context)
        at_once = _at_once(state, given, context)
        history.add(execution, "MapStateStarted", length=len(items))
        results = _Iterations(state, given, execution, context).run(items, at_once)
        history.add(execution, "MapStateSucceeded")
        return _left(state, given, context, results)

    return run


def _items(state: State, given: Any, context: Context) -> list[Any]:
    if "Items" in state:
        items = bindings.get("jsonata field")(state, "Items", "array", given, context)
    else:
        selected = bindings.get("input path")(state, given, context)
        items = bindings.get("resolve path")(state.get("ItemsPath", "$"), selected, context)
    if not isinstance(items, list):
        path = state.get("ItemsPath", "$")
        raise extensions.task_failed("States.Runtime", f'Reference path "{path}" must point to array.')
    return items


def _at_once(state: State, given: Any, context: Context) -> int:
    if "MaxConcurrencyPath" in state:
        asked = bindings.get("resolve path")(state["MaxConcurrencyPath"], given, context)
    elif "MaxConcurrency" in state:
        asked = bindings.get("jsonata field")(state, "MaxConcurrency", "number", given, context)
    else:
        asked = 0
    return min(int(asked) or AT_ONCE, AT_ONCE)


class _Iterations:
    """One attempt at the iterations of an inline Map."""

    def __init__(self, state: State, given: Any, execution: Execution, context: Context) -> None:
        self._state, self._given, self._execution, self._context = state, given, execution, context
        self._name = context["State"]["Name"]
        self._running: dict[int, history.Branch] = {}
        self._last_ended = history.branch().previous
        self._lock = threading.Lock()

    def run(self, items: list[Any], at_once: int) -> list[Any]:
        works = [functools.partial(self._iterate, index, item) for index, item in enumerate(items)]
        try:
            results = concurrency.run(works, at_once)
        except bindings.get("task error"):
            self._abort()
            history.add(self._execution, "MapStateFailed")
            raise
        history.branch().previous = self._last_ended
        return results

    def _iterate(self, index: int, item: Any) -> Any:
        context = copy.deepcopy(self._context) | {"Map": {"Item": {"Index": index, "Value": item}}}
        with self._lock:
            self._tell("Started", index)
            self._running[index] = history.branch()
        try:
            selected = self._selected(item, context)
            processor = self._state.get("ItemProcessor") or self._state["Iterator"]
            output = run_states(processor["States"], processor["StartAt"], selected, self._execution, context)
        except bindings.get("task error"):
            self._end(index, "Failed")
            raise
        self._end(index, "Succeeded")
        return output

    def _selected(self, item: Any, context: Context) -> Any:
        """Return an iteration's input: the item, or what ItemSelector (once Parameters) makes of it."""
        selector = self._state.get("ItemSelector") or self._state.get("Parameters")
        if not selector:
            return item
        if is_jsonata(self._state, context):
            return bindings.get("jsonata template")(selector, self._given, context)
        selected = bindings.get("input path")(self._state, self._given, context)
        return bindings.get("resolve template")(selector, selected, context)

    def _end(self, index: int, how: str) -> None:
        with self._lock:
            self._last_ended = self._tell(how, index)
            del self._running[index]

    def _abort(self) -> None:
        ours = history.branch()
        with self._lock:
            for index, branch in self._running.items():
                history.enter(branch)
                self._tell("Aborted", index)
        history.enter(ours)

    def _tell(self, what: str, index: int) -> int:
        event = history.add(self._execution, f"MapIteration{what}", name=self._name, index=index)
        if event is None:  # another iteration has failed, or the execution was stopped
            raise extensions.StoppedError
        number: int = event["id"]
        return number


def _left(state: State, given: Any, context: Context, results: list[Any]) -> Reached:
    """Return the state's output and where it leads, after its branches or iterations have succeeded."""
    following = state.get("Next")
    if is_jsonata(state, context):
        output = bindings.get("jsonata output")(state, given, context, result=results, default=results)
        bindings.get("assign")(state, given, context, result=results)
        return output, following
    selected = bindings.get("result selector")(state, results)
    joined = bindings.get("result path")(state, given, selected)
    return bindings.get("output path")(state, joined, context), following
