"""The end of a training process: by a failure, by SIGTERM, or because another host has failed."""

import os
import signal
import socket
import sys
import threading
from typing import NoReturn

from container.contract.errors import EXIT_CODES, Failure
from container.contract.paths import Paths
from container.training.log import LOGGER

# The exit code that a shell reports for a process ended by SIGTERM.
SIGTERM_EXIT_CODE = 128 + signal.SIGTERM

# Held while the model is written: the process doesn't end before the file is complete.
MODEL_LOCK = threading.Lock()


def report_failure(failure: Failure, paths: Paths) -> int:
    """Write a failure to the log and to output/failure; return the exit code."""
    LOGGER.error("%s: %s", failure.kind, failure.message)
    paths.write_failure(f"{failure.kind}: {failure.message}")
    return EXIT_CODES[failure.kind]


def exit_on_sigterm() -> None:
    """End this process promptly at SIGTERM, even during a call into compiled code.

    Python runs a signal handler between two bytecodes of the main thread, and a call into compiled code takes
    minutes here. The C part of the handler runs immediately: it writes the signal's number to
    the wakeup descriptor, on which a thread waits. That thread only needs the GIL, which long computations
    release.
    """
    reader, writer = socket.socketpair()
    writer.settimeout(0)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)  # without a handler nothing is written
    threading.Thread(target=_wait_for_sigterm, args=(reader,), name="SIGTERM", daemon=True).start()


def _wait_for_sigterm(reader: socket.socket) -> None:
    while signal.SIGTERM not in reader.recv(64):
        pass
    LOGGER.info("Stopped by SIGTERM.")
    exit_process(SIGTERM_EXIT_CODE)


def exit_process(code: int) -> NoReturn:
    """End the process now, from any thread; a model that is being written is completed first."""
    with MODEL_LOCK:
        sys.stdout.flush()
        os._exit(code)
