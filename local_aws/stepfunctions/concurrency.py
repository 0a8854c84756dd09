"""Runs the branches or iterations of a state concurrently: the first failure cancels the others."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from local_aws.ministack.extensions import CURRENT_TASK, Task
from local_aws.stepfunctions import history

Function = Callable[[], Any]


@dataclass(frozen=True)
class _Result:
    index: int
    previous: int
    output: Any = None
    error: BaseException | None = None


_Results = queue.SimpleQueue[_Result]


def run(functions: Sequence[Function], max_concurrency: int) -> list[Any]:
    """Call the functions on at most ``max_concurrency`` threads; return their results in order.

    Each function runs as the machine's role. The functions of one thread continue one chain of events. The
    first exception is raised here without waiting for the other functions, whose tasks are cancelled.
    """
    task = CURRENT_TASK.get()
    shared = replace(task, cancelled=task.cancelled.child())
    results: _Results = queue.SimpleQueue()
    indexed = list(enumerate(functions))
    pending = iter(indexed[max_concurrency:])  # threads share it: next() of a list's iterator is atomic
    for first in indexed[:max_concurrency]:
        arguments = (shared, replace(history.branch()), chain([first], pending), results)
        threading.Thread(target=copy_context().run, args=[_call_all, *arguments], daemon=True).start()
    return _collect(results, len(functions), shared)


def _call_all(
    task: Task, branch: history.Branch, functions: Iterable[tuple[int, Function]], results: _Results
) -> None:
    CURRENT_TASK.set(task)
    history.enter(branch)
    for index, function in functions:
        try:
            output = function()
        except BaseException as error:  # noqa: BLE001 -- the thread that waits for the results raises it
            results.put(_Result(index, branch.previous, error=error))
            return
        results.put(_Result(index, branch.previous, output))


def _collect(results: _Results, count: int, task: Task) -> list[Any]:
    outputs: list[Any] = [None] * count
    for _ in range(count):
        result = results.get()
        history.branch().previous = result.previous
        if result.error:
            task.cancelled.set()
            raise result.error
        outputs[result.index] = result.output
    return outputs
