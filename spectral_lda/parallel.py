"""Work on all cores, with the same bits on any number of them.

What is cut into shards, and in which order their results are added, depends on the data alone. BLAS works on
one thread meanwhile: the shards keep the cores busy, and two levels of threads would wait for each other.
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
    """Return the number of cores that this process may use."""
    return int(config.NUMBA_DEFAULT_NUM_THREADS)  # type: ignore[attr-defined]  # numba sets it


def run(function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    """Return the results of ``function``, which releases the interpreter's lock, in the order of the tasks.

    A function that is run so must not run others so: its thread would wait for itself.
    """
    listed = list(tasks)
    if len(listed) <= 1 or cores() == 1:
        return map(function, listed)
    return _threads(cores()).map(function, listed)


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    """Return threads that stay: to start some takes as long as a pass over a small corpus."""
    return ThreadPoolExecutor(count, "spectral_lda")


# A process that was forked has none of its parent's threads.
os.register_at_fork(after_in_child=_threads.cache_clear)


def blas_on_one_thread() -> AbstractContextManager[object]:
    """Keep the linear algebra libraries of this process to one thread while the context lasts."""
    limits: AbstractContextManager[object] = _libraries().limit(limits=1, user_api="blas")
    return limits


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()
