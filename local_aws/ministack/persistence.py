"""The state of every service: saved after each stack operation and execution, settled when it is loaded."""

import functools
import json
import logging
import threading
from collections.abc import Callable

from local_aws.ministack.bindings import Ministack, ministack
from local_aws.ministack.documents import Stack
from local_aws.ministack.signatures import GetState, SaveAll

_LOG = logging.getLogger("local_aws")
_SAVING = threading.Lock()
_SAVE_REQUESTED = threading.Event()
_COPY_ATTEMPTS = 5
_SETTLED_STATUSES = {  # the status of a stack whose operation ended with the server
    "CREATE_IN_PROGRESS": "ROLLBACK_FAILED",  # the cdk CLI deletes such a stack before it deploys again
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}


def install() -> None:
    """Save on a thread, settle stacks when they are loaded, and omit ministack's log line for each file."""
    Ministack.load_state.wrap(_settle_after)
    Ministack.save_all.wrap(one_at_a_time)
    logging.getLogger("persistence").setLevel(logging.WARNING)
    threading.Thread(target=_save_forever, name="state", daemon=True).start()


def _settle_after(original: Callable[[], None]) -> Callable[[], None]:
    """Fail the stack operations that the last server didn't finish, once its state is loaded."""

    @functools.wraps(original)
    def load() -> None:
        original()
        for stack in ministack.stacks.all_values():
            if stack["StackStatus"] in _SETTLED_STATUSES:
                _settle(stack)

    return load


def _settle(stack: Stack) -> None:
    """Fail the stack's operation; after an update, the stack has its former template and parameters."""
    updated = stack["StackStatus"].startswith("UPDATE")
    stack["StackStatus"] = _SETTLED_STATUSES[stack["StackStatus"]]
    stack["StackStatusReason"] = "The server stopped during the operation."
    if updated:
        # Their processed forms are replaced at the end of an update only.
        template, parameters = stack["_template"], stack["_resolved_params"]
        stack["_template_body"] = json.dumps(template)
        stack["_conditions"] = ministack.evaluate_conditions(template, parameters)
        stack["Parameters"] = [
            {"ParameterKey": name, "ParameterValue": parameter["Value"], "NoEcho": parameter["NoEcho"]}
            for name, parameter in parameters.items()
        ]


def save_soon() -> None:
    """Request a save and return; a request during a save leads to one more save."""
    _SAVE_REQUESTED.set()


def save_when_requested() -> None:
    """Wait until a save is requested, and save."""
    _SAVE_REQUESTED.wait()
    _SAVE_REQUESTED.clear()
    try:
        save()
    except Exception:  # noqa: BLE001 -- after any failure, the next save is tried
        _LOG.exception("The state could not be saved")


def _save_forever() -> None:
    while True:
        save_when_requested()


def save() -> None:
    """Save the state of every service; each file is written under another name, then renamed."""
    ministack.save_all({name: _retried(get_state) for name, get_state in ministack.state_getters().items()})


def one_at_a_time(original: SaveAll) -> SaveAll:
    """Let a save wait for the one before it, also at a clean stop: both write the same temporary files."""

    @functools.wraps(original)
    def save_all(states: dict[str, GetState]) -> None:
        with _SAVING:
            original(states)

    return save_all


def _retried(get_state: GetState) -> GetState:
    """Copy a state again if it changed while it was copied."""

    def copy() -> dict[str, object] | None:
        for _ in range(_COPY_ATTEMPTS - 1):
            try:
                return get_state()
            except RuntimeError:
                continue
        return get_state()

    return copy
