"""Work that must not block the event loop, done in order on one thread."""

import functools
import logging
import queue
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

_WORK: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
_LOG = logging.getLogger("local_aws")


def start() -> None:
    """Start the thread."""
    threading.Thread(target=_work, name="background", daemon=True).start()


def later(function: Callable[..., object], *arguments: Any) -> None:
    """Call a function soon, in the account and region of the caller; an exception is logged."""
    _WORK.put(functools.partial(copy_context().run, function, *arguments))


def _work() -> None:
    while True:
        work = _WORK.get()
        try:
            work()
        except Exception:  # noqa: BLE001 -- after any failure, the next work is done
            _LOG.exception("Work in the background failed")
