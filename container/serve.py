"""The program `serve`: a model server under SageMaker's container contract, `python -m container.serve`."""

import argparse
import os
import socket
import sys

from container.contract.paths import Paths
from container.serving.processes import BACKLOG, PreforkServer
from container.serving.served_model import ServedModel
from container.serving.server import ModelServer
from container.serving.warm_up import warm_up

DEFAULT_PORT = "8080"
MAX_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, and return the exit code."""
    parser = argparse.ArgumentParser(prog="serve", description="Serve the model of SAGEMAKER_BASE_DIR/model.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        model = ServedModel.load(Paths.from_environment())
        warm_up(model)
        listener = _listen(options.host)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The model server can't start: {error}\n")
        return 1
    sys.stdout.write(f"Serving on {options.host} port {listener.getsockname()[1]}\n")
    sys.stdout.flush()
    PreforkServer(ModelServer(model), listener).run()
    return 0


def _listen(host: str) -> socket.socket:
    """Listen; the model is loaded before, so a client that can ping can also invoke.

    Raises
    ------
    ValueError
        SAGEMAKER_BIND_TO_PORT is not a port.
    OSError
        The port is in use, or the address doesn't belong to this machine.
    """
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", DEFAULT_PORT)
    if not (port.isdecimal() and int(port) <= MAX_PORT):
        raise ValueError(f"SAGEMAKER_BIND_TO_PORT is {port!r}, not a port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=BACKLOG)


if __name__ == "__main__":
    sys.exit(main())
