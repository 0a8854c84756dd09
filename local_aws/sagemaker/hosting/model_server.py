"""A model server: a process on a free port that is restarted when it ends by itself."""

import http.client
import threading
import time
from dataclasses import replace

from local_aws.process.ports import free_port
from local_aws.sagemaker.processes.child_process import ChildProcess, Command
from local_aws.sagemaker.processes.log_stream import LogStream

PING_LIMIT_SECONDS = 30.0  # AWS: 4 minutes
PING_TIMEOUT_SECONDS = 2.0
PING_INTERVAL_SECONDS = 0.1
STOP_GRACE_SECONDS = 30.0
MAX_STARTS = 3
STABLE_SECONDS = 60.0
RESTART_LIMIT_SECONDS = 10.0  # how long a request waits for a server that is being restarted


class ModelServer:
    """A server process that is restarted when it ends by itself.

    Parameters
    ----------
    command
        The command of the server; each start adds the port to its environment.
    log
        The open log stream for its output.
    """

    def __init__(self, command: Command, log: LogStream) -> None:
        self._command = command
        self.log = log
        self.port = 0
        self._child: ChildProcess | None = None
        self._healthy: ChildProcess | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start the server, and the thread that restarts it."""
        threading.Thread(target=self._run_until_stopped, name=self._command.description, daemon=True).start()

    def _run_until_stopped(self) -> None:
        starts = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            starts += 1
            code = self._next_child().run()
            if self._stopping.is_set():
                break
            starts = 0 if time.monotonic() - started > STABLE_SECONDS else starts
            if starts >= MAX_STARTS:
                self.log.write(
                    f"The model server ended with exit code {code}, {starts} times in a row; "
                    "not starting it again."
                )
                break
            self.log.write(f"The model server ended with exit code {code}; starting it again.")
        self._ended.set()
        self.log.close()

    def _next_child(self) -> ChildProcess:
        self.port = free_port()
        environment = {**self._command.environment, "SAGEMAKER_BIND_TO_PORT": str(self.port)}
        child = ChildProcess(replace(self._command, environment=environment), self.log.write)
        with self._lock:
            self._child = child
            if self._stopping.is_set():
                child.stop(STOP_GRACE_SECONDS)
        threading.Thread(target=self._ping_until_healthy, args=(child,), daemon=True).start()
        return child

    @property
    def healthy(self) -> bool:
        """Whether the running process has responded to its ping."""
        return self._healthy is not None and self._healthy is self._child and not self._healthy.ended

    def wait_until_healthy(self, seconds: float) -> bool:
        """Wait until the server has responded to its ping.

        Returns
        -------
        bool
            False if it is not started again or didn't respond in that time.
        """
        until = time.monotonic() + seconds
        while not self.healthy and time.monotonic() < until and not self._ended.is_set():
            self._ended.wait(PING_INTERVAL_SECONDS)
        return self.healthy

    def _ping_until_healthy(self, child: ChildProcess) -> None:
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
        """Stop the server (SIGTERM, SIGKILL after the grace); returns immediately."""
        self._stopping.set()
        with self._lock:
            child = self._child
        if child:
            child.stop(grace)

    def wait_until_ended(self, timeout: float) -> None:
        """Wait until the server has ended after `stop`."""
        self._ended.wait(timeout)
