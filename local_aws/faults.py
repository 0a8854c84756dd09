"""Failures that somebody asks for, so that a workflow's own handling of them can be seen at work."""

import difflib
import functools
import json
import re
import threading
from dataclasses import asdict, dataclass
from typing import Any

from local_aws.identity import actions, iam
from local_aws.ministack import bindings, extensions
from local_aws.ministack.extensions import Answer, Request, Response

JOBS = ("training-job", "transform-job")
_OPERATION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")
_ASKED_FOR = "This failure was asked for with python -m local_aws fault."
# boto3 retries by the status too; errors of other names answer 400.
_STATUSES = {"Internal": 500, "ServiceUnavailable": 503, "SlowDown": 503, "TooManyRequests": 429}


class FaultRefusedError(ValueError):
    """A fault that can't be; the message says what to ask for instead."""


@dataclass
class Fault:
    """What fails, how, and how often still.

    Parameters
    ----------
    target
        An action as IAM names it ("sagemaker:CreateTrainingJob"), or one of `JOBS`.
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
    """Let authorised calls of every service fail that are to fail."""
    for service in list(bindings.get("service handlers")):
        extensions.around(service, functools.partial(_perhaps_fail, service))


def next_job_failure(kind: str) -> str | None:
    """Return the FailureReason that the next job of a kind is to end with, and count it; None if it may run.

    Parameters
    ----------
    kind
        One of `JOBS`.
    """
    fault = _take(kind)
    return fault.error if fault else None


def serve(method: str, body: bytes) -> dict[str, Any]:
    """Do what the command line asks the server for: POST adds a fault, DELETE clears, GET only lists.

    Raises
    ------
    FaultRefusedError
        If there can be no such fault.
    """
    asked = [_checked(Fault(**json.loads(body)))] if method == "POST" else []
    with _LOCK:
        _FAULTS.extend(asked)
        if method == "DELETE":
            _FAULTS.clear()
        return {"faults": [asdict(fault) for fault in _FAULTS]}


def _checked(fault: Fault) -> Fault:
    if fault.target in JOBS:
        if fault.message:
            raise FaultRefusedError(f"A {fault.target} has a FailureReason alone: leave out --message.")
        return fault
    service = fault.target.partition(":")[0]
    if not _OPERATION.fullmatch(fault.target) or service not in bindings.get("namespaces").values():
        raise FaultRefusedError(
            f"{fault.target!r} can't be made to fail: name an action as IAM policies do "
            f"(sagemaker:CreateTrainingJob), or {' or '.join(JOBS)}."
        )
    known = actions.of(service)
    if known and fault.target not in known:
        raise FaultRefusedError(_unknown(fault.target, known))
    if not re.fullmatch(r"[\w.]+", fault.error):
        raise FaultRefusedError(
            f"{fault.error!r} is no error's code, which is one word (ThrottlingException): "
            "its text comes with --message."
        )
    return fault


def _unknown(target: str, known: frozenset[str]) -> str:
    service, _, name = target.partition(":")
    # Compared without the service, which makes everything alike.
    near = difflib.get_close_matches(name, sorted(action.partition(":")[2] for action in known))
    like = f" Like it are {', '.join(f'{service}:{one}' for one in near)}." if near else ""
    return f"{target!r} can't be made to fail: no call of {service} is authorised by that name.{like}"


def _take(target: str) -> Fault | None:
    with _LOCK:
        fault = next((fault for fault in _FAULTS if fault.target == target), None)
        if fault:
            fault.times -= 1
            if fault.times == 0:
                _FAULTS.remove(fault)
    return fault


async def _perhaps_fail(service: str, request: Request, answer: Answer) -> Response:
    fault = _take(bindings.get("iam action")(service, *request) or "") if _FAULTS else None
    if fault is None:
        return await answer()
    _, headers, body = iam.error(request, service, fault.error, fault.message or _ASKED_FOR)
    status = next((status for start, status in _STATUSES.items() if fault.error.startswith(start)), 400)
    return status, headers, body
