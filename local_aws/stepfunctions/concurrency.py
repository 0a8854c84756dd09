"""Work of one execution that runs side by side: the first failure stops the rest."""

import queue
import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from local_aws.ministack import extensions
from local_aws.stepfunctions import history

Work = Callable[[], Any]


@dataclass(frozen=True)
class _Outcome:
    place: int
    previous: int
    output: Any = None
    error: BaseException | None = None


def run(works: Sequence[Work], at_once: int) -> list[Any]:
    """Do all the work, so many at once, and return what each returned, in their order.

    Every piece runs as the machine's role, on a chain of events of its own; those of one thread follow one
    another. What the first failing one raises is raised here without waiting for the others, whose tasks are
    told to stop.
    """
    task = extensions.CURRENT_TASK.get()
    ours = replace(task, cancelled=task.cancelled.beneath())
    outcomes: queue.SimpleQueue[_Outcome] = queue.SimpleQueue()
    places = list(enumerate(works))
    waiting = iter(places[at_once:])  # which threads share: next() on a list's iterator is atomic
    for first in places[:at_once]:
        arguments = (ours, replace(history.branch()), chain([first], waiting), outcomes)
        threading.Thread(target=copy_context().run, args=[_serve, *arguments], daemon=True).start()
    return _gathered(outcomes, len(works), ours)


def _serve(task: extensions.Task, branch: history.Branch, works: Any, outcomes: Any) -> None:
    extensions.CURRENT_TASK.set(task)
    history.enter(branch)
    for place, work in works:
        try:
            output = work()
        except BaseException as error:  # noqa: BLE001 -- it is raised in the thread that waits for the outcome
            outcomes.put(_Outcome(place, branch.previous, error=error))
            return
        outcomes.put(_Outcome(place, branch.previous, output))


def _gathered(outcomes: Any, count: int, task: extensions.Task) -> list[Any]:
    results: list[Any] = [None] * count
    for _ in range(count):
        outcome = outcomes.get()
        history.branch().previous = outcome.previous
        if outcome.error:
            task.cancelled.set()
            raise outcome.error
        results[outcome.place] = outcome.output
    return results
