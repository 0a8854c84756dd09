"""Child processes: starts, reads and stops them, and kills everything that they started."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local_aws.process.process_records import ProcessRecords

LAUNCHER = str(Path(__file__).with_name("launcher.py"))
QUICK_GRACE_SECONDS = 3.0  # when the server itself is ending
MAX_LINE_BYTES = 64 * 1024
# All variables that a program inherits: no credentials and no address of this server.
INHERITED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


def clean_environment(base: Path, region: str) -> dict[str, str]:
    """Return the environment of a container: no credentials, and its own home.

    Parameters
    ----------
    base
        The folder in place of /opt/ml, which is also the home.
    region
        The region of the job or the endpoint.
    """
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {
        **inherited,
        "HOME": str(base),
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "SAGEMAKER_BASE_DIR": str(base),
    }


@dataclass(frozen=True)
class Command:
    """A program to start.

    Parameters
    ----------
    program
        The program and its arguments.
    directory
        The folder in which it starts.
    environment
        Its whole environment.
    records
        The records of running processes, to end them if the server is killed.
    description
        The purpose of the process, in a few words.
    """

    program: Sequence[str]
    directory: Path
    environment: dict[str, str]
    records: ProcessRecords
    description: str


class ChildProcess:
    """A program that runs.

    Parameters
    ----------
    command
        The program.
    on_line
        Called with each line of its output, on a separate thread.
    """

    def __init__(self, command: Command, on_line: Callable[[str], None]) -> None:
        self._command = command
        self._on_line = on_line
        self._process: subprocess.Popen[bytes] | None = None
        self._stop_requested = False
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def run(self) -> int | None:
        """Start the program and wait until it exits, on this thread.

        Returns
        -------
        int or None
            Its exit code, negative for the signal that ended it; None if it was stopped before it started.
        """
        with self._lock:
            if self._stop_requested:
                return None
            self._process = process = self._start()
        self._command.records.add(process.pid, self._command.description)
        assert process.stdout is not None  # noqa: S101 -- Popen was given a pipe
        reader = threading.Thread(target=self._read, args=(process.stdout,), daemon=True)
        reader.start()
        code = process.wait()
        self._ended.set()
        _kill_group(process.pid)  # processes that it started would keep the pipe open
        reader.join()
        process.stdout.close()
        self._command.records.remove(process.pid)
        return code

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", LAUNCHER, str(os.getpid()), *self._command.program],
            cwd=self._command.directory,
            env=self._command.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _read(self, pipe: IO[bytes]) -> None:
        while line := pipe.readline(MAX_LINE_BYTES):
            self._on_line(line.decode("utf-8", errors="replace").rstrip("\r\n"))

    @property
    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._ended.is_set()

    def stop(self, grace: float) -> None:
        """Send SIGTERM, and SIGKILL after the grace; returns immediately.

        Parameters
        ----------
        grace
            Seconds between the two signals.
        """
        with self._lock:
            self._stop_requested = True
            if self._process is None or self._ended.is_set():
                return
            self._process.terminate()
        threading.Thread(target=self._kill_after, args=(grace,), daemon=True).start()

    def _kill_after(self, grace: float) -> None:
        if not self._ended.wait(grace) and self._process is not None and self._process.poll() is None:
            _kill_group(self._process.pid)

    def wait_until_ended(self, timeout: float) -> None:
        """Wait until the program has ended, if it was started."""
        if self._process is not None:
            self._ended.wait(timeout)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
