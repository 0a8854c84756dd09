"""The processes of the model server: gunicorn's master, and uvicorn in each worker process."""

import os
import signal
import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from uvicorn_worker import UvicornWorker

from container.serving.connections import REQUEST_SECONDS, Connection
from container.serving.server import ModelServer

# SageMaker kills a container 30 seconds after SIGTERM; responses have less, because the process must end too.
GRACEFUL_SECONDS = 20
BACKLOG = 512


class WorkerProcess(UvicornWorker):
    """A process that serves requests until its master ends."""

    CONFIG_KWARGS: dict[str, Any] = {  # noqa: RUF012 -- uvicorn-worker's name for uvicorn's settings
        "http": Connection,
        "loop": "asyncio",
        "ws": "none",
        "lifespan": "off",
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "timeout_graceful_shutdown": GRACEFUL_SECONDS,
        "timeout_notify": 1,
        # Connections that asyncio accepts at a time. With more, one process would take all waiting
        # connections.
        "backlog": 1,
    }

    def init_process(self) -> None:
        """Start, and keep the backlogs of the sockets, which asyncio would set to the number above."""
        for listener in self.sockets:
            listener.listen = lambda _backlog: None
        super().init_process()

    def init_signals(self) -> None:
        """Remove the master's signal handlers, then unblock SIGTERM, which was blocked for the fork."""
        super().init_signals()
        _unblock_sigterm()

    async def callback_notify(self) -> None:
        """Send the master a heartbeat, and stop if it has ended."""
        await super().callback_notify()
        if os.getppid() != self.ppid:
            os.kill(os.getpid(), signal.SIGTERM)


class PreforkServer(BaseApplication):
    """A worker process per core, forked from this process, so that they share the model's memory."""

    def __init__(self, server: ModelServer, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        super().__init__()

    def run(self) -> None:
        """Serve until SIGTERM.

        SIGTERM is blocked during a fork: a new worker still has its master's handlers, which would ignore it.
        """
        os.register_at_fork(before=_block_sigterm, after_in_parent=_unblock_sigterm)
        super().run()

    def load_config(self) -> None:
        """Set the settings that differ from gunicorn's defaults."""
        settings = {
            "bind": f"fd://{self._listener.detach()}",
            "workers": os.cpu_count() or 1,
            "worker_class": WorkerProcess,
            "backlog": BACKLOG,
            "keepalive": REQUEST_SECONDS,
            "timeout": REQUEST_SECONDS,
            "graceful_timeout": GRACEFUL_SECONDS + 5,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> ModelServer:
        """Return the application, in a worker: each has an engine of its own for texts."""
        self._server.start_engine()
        return self._server


def _block_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _unblock_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
