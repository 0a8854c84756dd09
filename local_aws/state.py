"""Save everything after each finished stack operation and execution, and not at a clean stop only."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from local_aws import names

_SAVING = threading.Lock()
_TRIES = 5


def install() -> None:
    """Quieten ministack's line for every file that it saves."""
    logging.getLogger("persistence").setLevel(logging.WARNING)


def save() -> None:
    """Save the state of every service, one save at a time; each file is written aside, then put in place."""
    with _SAVING:
        states = {name: _steady(get_state) for name, get_state in names.get("state to save")().items()}
        names.get("save all")(states)


def _steady(get_state: Callable[[], Any]) -> Callable[[], Any]:
    """Copy again what changed while it was copied."""

    def copy() -> Any:
        for _ in range(_TRIES - 1):
            try:
                return get_state()
            except RuntimeError:
                continue
        return get_state()

    return copy
