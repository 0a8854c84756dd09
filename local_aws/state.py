"""Save after each finished stack operation and execution too; end what a stop broke off."""

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

from local_aws import names

_SAVING = threading.Lock()
_TRIES = 5
_BROKEN_OFF = {  # what a stack is whose operation ended with the server: each of them can be deleted
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
}


def install() -> None:
    """Let nothing wait for ever that was under way, and quieten ministack's line for every file."""
    names.wrap("load state", _settled)
    logging.getLogger("persistence").setLevel(logging.WARNING)


def _settled(original: Any) -> Any:
    """Fail the stack operations that the last server didn't finish, once its state is loaded."""

    @functools.wraps(original)
    def load() -> None:
        original()
        for stack in names.get("stacks").all_values():
            if stack["StackStatus"] in _BROKEN_OFF:
                stack["StackStatus"] = _BROKEN_OFF[stack["StackStatus"]]
                stack["StackStatusReason"] = "The server stopped during the operation."

    return load


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
