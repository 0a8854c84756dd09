"""The server process: ministack with the extensions of this package, on one port of 127.0.0.1."""

import argparse
import asyncio
import json
import logging
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local_aws import faults
from local_aws.cloudformation import buckets, stack_operations, template_conditions
from local_aws.events import alarms, encrypted_topics, event_targets, lambda_functions, log_events
from local_aws.identity import iam
from local_aws.ministack import bindings, persistence
from local_aws.ministack.binding import MissingBindingError
from local_aws.ministack.bindings import ministack
from local_aws.process.control import DESCRIPTION_PATH, FAULTS_PATH
from local_aws.stepfunctions import integrations, state_machines

# In the order of their installation: of two wrappers of one function, the later one runs first.
EXTENSIONS = (
    *(iam, template_conditions, stack_operations, buckets, lambda_functions, state_machines, integrations),
    *(event_targets, encrypted_topics, alarms, log_events, persistence, faults),
)


def main() -> None:
    """Serve until SIGTERM, then save the state and exit."""
    parser = argparse.ArgumentParser(prog="python -m local_aws.server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--images", type=Path)
    arguments = parser.parse_args()
    try:
        bindings.check()
        extend(arguments.images, arguments.state)
    except MissingBindingError as error:
        sys.exit(str(error))
    asyncio.run(_serve(arguments.port, arguments.state))


def extend(images: Path | None, folder: Path) -> None:
    """Install the extensions; SageMaker requires the file that maps its images to programs."""
    if images:
        from local_aws import sagemaker  # noqa: PLC0415 -- only with images; it starts threads

        sagemaker.install(images, folder)
    for extension in EXTENSIONS:
        extension.install()


async def _serve(port: int, folder: Path) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 1
    config.keep_alive_timeout = 75  # seconds; boto3 keeps its connections open
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    aws = ministack.application

    async def application(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"] if scope["type"] == "http" else None
        if path == DESCRIPTION_PATH:
            await _send(send, 200, {"pid": os.getpid(), "state": str(folder)})
        elif path == FAULTS_PATH:
            await _handle_fault_request(scope, receive, send)
        else:
            await aws(scope, receive, send)

    await serve(application, config, shutdown_trigger=stop.wait)
    _exit(folder)


async def _handle_fault_request(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    more = True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    # A web page could post forms to this path: no form has this content type.
    if scope["method"] == "POST" and (b"content-type", b"application/json") not in scope["headers"]:
        await _send(send, 415, {"message": "A fault must be sent as application/json."})
        return
    try:
        await _send(send, 200, await asyncio.to_thread(faults.serve, scope["method"], body))
    except faults.FaultRefusedError as refusal:
        await _send(send, 400, {"message": str(refusal)})


async def _send(send: Any, status: int, document: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


def _exit(folder: Path) -> None:
    """Exit without waiting for threads: one that waits for a custom resource would delay it by an hour."""
    if "local_aws.sagemaker" in sys.modules:
        sys.modules["local_aws.sagemaker"].shutdown()
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    (folder / "server.json").unlink(missing_ok=True)
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    main()
