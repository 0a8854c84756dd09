"""One instance of an endpoint: a model server on a free port, kept alive."""

import http.client
import logging
import threading
import time
from dataclasses import replace

from local_aws.process.ports import free_port
from local_aws.sagemaker.child import Child, Command
from local_aws.sagemaker.logs import LogStream

PING_LIMIT_SECONDS = 30.0  # AWS: 4 minutes
PING_TIMEOUT_SECONDS = 2.0
PING_INTERVAL_SECONDS = 0.1
STOP_GRACE_SECONDS = 30.0
MAX_STARTS = 3
STABLE_SECONDS = 60.0

logger = logging.getLogger(__name__)


class ModelServer:
    """A server process that is started again when it ends by itself.

    Parameters
    ----------
    command
        What is started each time; its environment lacks the port.
    log
        The open stream that its lines go to.
    """

    def __init__(self, command: Command, log: LogStream) -> None:
        self._command = command
        self.log = log
        self.port = 0
        self._child: Child | None = None
        self._healthy: Child | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start the server and its keeper."""
        threading.Thread(target=self._keep, name=self._command.what, daemon=True).start()

    def _keep(self) -> None:
        starts = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            starts += 1
            code = self._next_child().run()
            if self._stopping.is_set():
                break
            starts = 0 if time.monotonic() - began > STABLE_SECONDS else starts
            if starts >= MAX_STARTS:
                self.log.write(
                    f"The model server ended with exit code {code}, {starts} times in a row; given up."
                )
                break
            self.log.write(f"The model server ended with exit code {code}; starting it again.")
        self._ended.set()
        self.log.close()

    def _next_child(self) -> Child:
        self.port = free_port()
        environment = {**self._command.environment, "SAGEMAKER_BIND_TO_PORT": str(self.port)}
        child = Child(replace(self._command, environment=environment), self.log.write)
        with self._lock:
            self._child = child
            if self._stopping.is_set():
                child.stop(STOP_GRACE_SECONDS)
        threading.Thread(target=self._ping_until_healthy, args=(child,), daemon=True).start()
        return child

    @property
    def healthy(self) -> bool:
        """Whether the running process has answered its ping."""
        return self._healthy is not None and self._healthy is self._child and not self._healthy.ended

    def wait_until_healthy(self, seconds: float) -> bool:
        """Wait until the server has answered its ping.

        Returns
        -------
        bool
            False when it gave up or didn't answer in that time.
        """
        until = time.monotonic() + seconds
        while not self.healthy and time.monotonic() < until and not self._ended.is_set():
            self._ended.wait(PING_INTERVAL_SECONDS)
        return self.healthy

    def _ping_until_healthy(self, child: Child) -> None:
        while not child.ended and not self._ended.wait(PING_INTERVAL_SECONDS):
            if self._ping():
                self._healthy = child
                return

    def _ping(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PING_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self, grace: float) -> None:
        """Ask the server to end (SIGTERM, SIGKILL after the grace); returns at once."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child:
            child.stop(grace)

    def wait_until_ended(self, timeout: float) -> None:
        """Wait for the end that `stop` asked for."""
        self._ended.wait(timeout)
