"""Requests to the paths that a local AWS adds to AWS's: its description and its faults."""

import json
import shlex
import socket
import urllib.error
import urllib.request
from typing import Any

DESCRIPTION_PATH = "/_local_aws"
FAULTS_PATH = "/_local_aws/faults"


class UserError(RuntimeError):
    """A failure that the user can fix; the message explains how."""


def describe_server(port: int) -> dict[str, Any] | None:
    """Return the pid and the state folder of the local AWS on a port, or None if none responds."""
    try:
        description = _request(port, DESCRIPTION_PATH)
    except (OSError, ValueError):
        return None
    return description if "state" in description else None


def request_faults(port: int, method: str, fault: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Add a fault (POST), clear all faults (DELETE) or list them (GET); return those that are pending.

    Raises
    ------
    UserError
        If the server refuses the fault; the message gives the reason.
    """
    try:
        pending: list[dict[str, Any]] = _request(port, FAULTS_PATH, method, fault)["faults"]
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise UserError(json.load(refusal)["message"]) from refusal
    return pending


def _request(
    port: int, path: str, method: str = "GET", document: dict[str, Any] | None = None
) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        data=None if document is None else json.dumps(document).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=2) as response:
        content: dict[str, Any] = json.load(response)
    return content


def refuse_taken_port(port: int) -> None:
    """Raise `UserError` if a program listens on the port, with its state folder if it is a local AWS."""
    server = describe_server(port)
    if server:
        raise UserError(
            f"Port {port} is taken by another local AWS (pid {server['pid']}, state {server['state']}): "
            f"stop it with python -m local_aws down --state {shlex.quote(server['state'])}, "
            "or choose another --port."
        )
    if _is_listening(port):
        raise UserError(f"Port {port} is taken by another program: stop it, or choose another with --port.")


def _is_listening(port: int) -> bool:
    """Whether any program accepts connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
