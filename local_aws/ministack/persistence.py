"""Save after each finished stack operation and execution too; end what a stop broke off."""

import functools
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from local_aws.ministack import bindings

_LOG = logging.getLogger("local_aws")
_SAVING = threading.Lock()
_WANTED = threading.Event()
_TRIES = 5
_BROKEN_OFF = {  # what a stack is whose operation ended with the server
    "CREATE_IN_PROGRESS": "ROLLBACK_FAILED",  # the cdk CLI deletes such a stack before it deploys again
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}


def install() -> None:
    """Let nothing wait for ever that was under way, and quieten ministack's line for every file."""
    bindings.wrap("load state", _settled)
    bindings.wrap("save all", one_at_a_time)
    logging.getLogger("persistence").setLevel(logging.WARNING)
    threading.Thread(target=_work, name="state", daemon=True).start()


def _settled(original: Any) -> Any:
    """Fail the stack operations that the last server didn't finish, once its state is loaded."""

    @functools.wraps(original)
    def load() -> None:
        original()
        for stack in bindings.get("stacks").all_values():
            if stack["StackStatus"] in _BROKEN_OFF:
                _settle(stack)

    return load


def _settle(stack: dict[str, Any]) -> None:
    """Say that the operation failed; a stack that was updated has the template and parameters from before."""
    updated = stack["StackStatus"].startswith("UPDATE")
    stack["StackStatus"] = _BROKEN_OFF[stack["StackStatus"]]
    stack["StackStatusReason"] = "The server stopped during the operation."
    if updated:
        # Their processed forms are replaced at the end of an update only.
        template, parameters = stack["_template"], stack["_resolved_params"]
        stack["_template_body"] = json.dumps(template)
        stack["_conditions"] = bindings.get("evaluate conditions")(template, parameters)
        stack["Parameters"] = [
            {"ParameterKey": name, "ParameterValue": given["Value"], "NoEcho": given["NoEcho"]}
            for name, given in parameters.items()
        ]


def save_soon() -> None:
    """Save without letting anybody wait; whatever ends while a save goes on is saved by one more."""
    _WANTED.set()


def save_when_wanted() -> None:
    """Wait until somebody wants a save, and save."""
    _WANTED.wait()
    _WANTED.clear()
    try:
        save()
    except Exception:  # noqa: BLE001 -- whatever failed, the next is tried
        _LOG.exception("The state could not be saved")


def _work() -> None:
    while True:
        save_when_wanted()


def save() -> None:
    """Save the state of every service; each file is written aside, then put in place."""
    states = {name: _steady(get_state) for name, get_state in bindings.get("state to save")().items()}
    bindings.get("save all")(states)


def one_at_a_time(original: Callable[..., None]) -> Callable[..., None]:
    """Let a save wait for the one before it, that of a clean stop too: both write the same files aside."""

    @functools.wraps(original)
    def save_all(states: dict[str, Callable[[], Any]]) -> None:
        with _SAVING:
            original(states)

    return save_all


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
