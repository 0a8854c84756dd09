"""The program `serve`: a model server under SageMaker's container contract, `python -m container.serve`."""

import argparse
import os
import signal
import sys
import threading

import spectral_lda
from container.folders import Folders
from container.server import ModelServer

DEFAULT_PORT = "8080"
LARGEST_PORT = 65535


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM, and return the exit code."""
    parser = argparse.ArgumentParser(prog="serve", description="Serve the model of SAGEMAKER_BASE_DIR/model.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    options = parser.parse_args(arguments)
    try:
        server = _start(options.host)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The model server can't start: {error}\n")
        return 1
    _stop_on_sigterm(server)
    sys.stdout.write(f"Serving on {options.host} port {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
    server.server_close()
    return 0


def _start(host: str) -> ModelServer:
    """Load the model, then listen: whoever gets an answer from /ping gets one from the model.

    Raises
    ------
    ValueError
        The model is no model, or the port is no port.
    OSError
        The model is missing, or the port is in use.
    """
    model = spectral_lda.load(Folders.from_environment().model)
    port = os.environ.get("SAGEMAKER_BIND_TO_PORT", DEFAULT_PORT)
    if not (port.isdecimal() and int(port) <= LARGEST_PORT):
        raise ValueError(f"SAGEMAKER_BIND_TO_PORT is {port!r}, not a port.")
    return ModelServer((host, int(port)), model)


def _stop_on_sigterm(server: ModelServer) -> None:
    """Stop gracefully; `stop` waits for `serve_forever`, so it can't run in the signal's own frame."""

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    sys.exit(main())
