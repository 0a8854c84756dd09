"""Parallel computation whose results have the same bits on any number of cores.

The division into shards and the order in which results are added depend on the data alone. BLAS is limited to
one thread: the shards use all cores, and threads of BLAS in addition would compete for them.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

from numba import config
from threadpoolctl import ThreadpoolController

Task = TypeVar("Task")
Result = TypeVar("Result")


def cores() -> int:
    """Return the number of cores that this process may use: NUMBA_NUM_THREADS, if it is set."""
    return int(config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]  # numba sets it


def run(function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """Return the results of ``function`` in the order of the tasks, on all cores.

    The function must release the interpreter's lock to run in parallel, and must not call `run` itself: its
    thread would wait for itself.
    """
    tasks = list(tasks)
    if len(tasks) <= 1 or cores() == 1:
        return map(function, tasks)
    return _threads(cores()).map(function, tasks)


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    """Return threads that are reused: starting them takes as long as an iteration over a small corpus."""
    return ThreadPoolExecutor(count, "spectral_lda")


# A forked process has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)


def blas_on_one_thread() -> AbstractContextManager[object]:
    """Limit the linear algebra libraries of this process to one thread while the context is active."""
    limits: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limits


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
