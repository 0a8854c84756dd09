"""Fault injection: calls and jobs fail on request, to test how a workflow handles failures."""

import difflib
import functools
import json
import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from local_aws.identity.actions import actions_of
from local_aws.ministack.bindings import ministack
from local_aws.ministack.requests import Request, Respond, wrap_service
from local_aws.ministack.signatures import Response

JOBS = ("training-job", "transform-job")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")
_DEFAULT_MESSAGE = "Fault injected by python -m local_aws fault."
# boto3 retries by the status too; other errors have the status 400.
_STATUSES = {"Internal": 500, "ServiceUnavailable": 503, "SlowDown": 503, "TooManyRequests": 429}


class FaultRefusedError(ValueError):
    """An impossible fault; the message explains what to request instead."""


@dataclass
class Fault:
    """A target that fails, its error, and the number of failures that remain.

    Parameters
    ----------
    target
        An action by its IAM name ("sagemaker:CreateTrainingJob"), or one of `JOBS`.
    error
        The error's code; of a job its FailureReason.
    message
        The error's message; a job has none.
    times
        How many calls or jobs are still to fail.
    """

    target: str
    error: str
    message: str = ""
    times: int = 1


_FAULTS: list[Fault] = []
_LOCK = threading.Lock()


def install() -> None:
    """Inject faults into authorised calls of every service."""
    for service in list(ministack.service_handlers):
        wrap_service(service, functools.partial(_inject, service))


def next_job_failure(kind: str) -> str | None:
    """Return the FailureReason of the next job of a kind, and count it; None if the job may run.

    Parameters
    ----------
    kind
        One of `JOBS`.
    """
    fault = _take(kind)
    return fault.error if fault else None


def serve(method: str, body: bytes) -> dict[str, Any]:
    """Handle a request of the command line: POST adds a fault, DELETE clears all, GET lists them.

    Raises
    ------
    FaultRefusedError
        If the fault is impossible.
    """
    added = [_checked(Fault(**json.loads(body)))] if method == "POST" else []
    with _LOCK:
        _FAULTS.extend(added)
        if method == "DELETE":
            _FAULTS.clear()
        return {"faults": [asdict(fault) for fault in _FAULTS]}


def _checked(fault: Fault) -> Fault:
    if fault.target in JOBS:
        if fault.message:
            raise FaultRefusedError(f"A {fault.target} has only a FailureReason: leave out --message.")
        return fault
    service = fault.target.partition(":")[0]
    if not _ACTION.fullmatch(fault.target) or service not in ministack.iam_namespaces.values():
        raise FaultRefusedError(
            f"{fault.target!r} is not a target of faults: name an action as IAM policies do "
            f"(sagemaker:CreateTrainingJob), or {' or '.join(JOBS)}."
        )
    known = actions_of(service)
    if known and fault.target not in known:
        raise FaultRefusedError(_unknown_action(fault.target, known))
    if not re.fullmatch(r"[\w.]+", fault.error):
        raise FaultRefusedError(
            f"{fault.error!r} is not an error code, which is one word (ThrottlingException): "
            "pass its text with --message."
        )
    return fault


def _unknown_action(target: str, known: frozenset[str]) -> str:
    service, _, name = target.partition(":")
    # Compared without the service, which all of them share.
    similar = difflib.get_close_matches(name, sorted(action.partition(":")[2] for action in known))
    hint = f" Similar names: {', '.join(f'{service}:{action}' for action in similar)}." if similar else ""
    return f"{target!r} is not a target of faults: no call of {service} is authorised by that name.{hint}"


def _take(target: str) -> Fault | None:
    """Return the first fault of a target, if any, and count it down."""
    with _LOCK:
        fault = next((fault for fault in _FAULTS if fault.target == target), None)
        if fault:
            fault.times -= 1
            if fault.times == 0:
                _FAULTS.remove(fault)
    return fault


async def _inject(service: str, request: Request, respond: Respond) -> Response:
    fault = _take(ministack.iam_action(service, *request) or "") if _FAULTS else None
    if fault is None:
        return await respond()
    _, headers, body = request.error(service, fault.error, fault.message or _DEFAULT_MESSAGE)
    status = next((status for prefix, status in _STATUSES.items() if fault.error.startswith(prefix)), 400)
    return status, headers, body
