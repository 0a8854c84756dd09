"""The processes of the model server: gunicorn's master, and a uvicorn in each of its workers."""

import os
import signal
import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from uvicorn_worker import UvicornWorker

from container.serving.connections import REQUEST_SECONDS, Connection
from container.serving.server import ModelServer

# SageMaker kills a container 30 seconds after SIGTERM; answers have less, since their process has to end too.
GRACEFUL_SECONDS = 20
BACKLOG = 512


class Worker(UvicornWorker):
    """A process that answers, as long as its master lives."""

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
        # Connections that asyncio takes at a time: all that wait, and others would have none.
        "backlog": 1,
    }

    def init_process(self) -> None:
        """Begin, and leave the sockets' own backlogs, which asyncio would set to what it takes at a time."""
        for listener in self.sockets:
            listener.listen = lambda _backlog: None
        super().init_process()

    def init_signals(self) -> None:
        """Forget the master's handlers, then hear what came since the fork."""
        super().init_signals()
        _release_sigterm()

    async def callback_notify(self) -> None:
        """Tell the master that all is well, and stop when there is none."""
        await super().callback_notify()
        if os.getppid() != self.ppid:
            os.kill(os.getpid(), signal.SIGTERM)


class Workers(BaseApplication):
    """A process for each core, all forked from this one, so that they share the model's memory."""

    def __init__(self, server: ModelServer, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        super().__init__()

    def run(self) -> None:
        """Answer until SIGTERM.

        A new worker still has its master's handlers, which swallow a SIGTERM: it has to wait.
        """
        os.register_at_fork(before=_hold_sigterm, after_in_parent=_release_sigterm)
        super().run()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        settings = {
            "bind": f"fd://{self._listener.detach()}",
            "workers": os.cpu_count() or 1,
            "worker_class": Worker,
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
        """Return the application, for every worker the same."""
        return self._server


def _hold_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _release_sigterm() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
