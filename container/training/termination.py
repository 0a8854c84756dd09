"""The end of the process from outside the main thread: by SIGTERM, or because another host has failed."""

import os
import signal
import socket
import sys
import threading
from typing import NoReturn

from container.training.log import LOGGER

# What a shell reports for a process that SIGTERM ended.
STOPPED = 128 + signal.SIGTERM

# Held while a model is written: who ends the process waits for the whole file.
SAVING = threading.Lock()


def stop_on_sigterm() -> None:
    """End this process promptly at SIGTERM, whatever its main thread is doing.

    Python runs a signal's handler between two bytecodes of the main thread, so never within a call into
    compiled code, which takes minutes here. What does run at once is the handler's C half: it writes the
    signal's number to the wakeup descriptor, where a thread waits that needs nothing but the GIL, and long
    computations release that.
    """
    reader, writer = socket.socketpair()
    writer.settimeout(0)
    signal.set_wakeup_fd(writer.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)  # without a handler nothing is written
    threading.Thread(target=_wait, args=(reader,), name="SIGTERM", daemon=True).start()


def _wait(reader: socket.socket) -> None:
    while signal.SIGTERM not in reader.recv(64):
        pass
    LOGGER.info("Stopped by SIGTERM.")
    end_process(STOPPED)


def end_process(code: int) -> NoReturn:
    """End now, from any thread; a model that is being written is finished first, and none is begun."""
    with SAVING:
        sys.stdout.flush()
        os._exit(code)
