"""The subprocesses of the demo: each has its own log, and all end with the demo."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from client.demo.terminal import Terminal
from client.errors import UserError
from client.operations.cdk import ROOT, environment

POLL_SECONDS = 0.2
INTERRUPT_TIMEOUT_SECONDS = 5.0
_COLOUR_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_ERROR_WORDS = re.compile(
    r"❌|\berror\b|\bfailed\b|\bexception\b|denied|not authorized|refused|taken", re.IGNORECASE
)


class SubprocessRunner:
    """Runs one program after the other, each in its own process group.

    Parameters
    ----------
    folder
        The folder of the logs: <step>.log.
    terminal
        Shows the latest output of the running program.
    """

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.folder = folder
        self.terminal = terminal

    def run(self, step: str, arguments: Sequence[str]) -> str:
        """Run a program to its end.

        Parameters
        ----------
        step
            The name of its log.
        arguments
            The program and its arguments; no shell interprets them.

        Returns
        -------
        str
            Its output, without colour codes.

        Raises
        ------
        UserError
            It failed: its error lines, and the path of the log.
        """
        log = self.folder / f"{step}.log"
        with log.open("w", encoding="utf-8") as out:
            process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait(process, log)
        finally:
            terminate(process)
        output = _read(log)
        if process.returncode != 0:
            reason = "\n".join(error_lines(output)) or "It printed nothing."
            program = " ".join([Path(arguments[0]).name, *arguments[1:]])
            raise UserError(
                f"{program} failed (exit code {process.returncode}):\n{reason}\nLog: {os.path.relpath(log)}"
            )
        return output

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        started = time.monotonic()
        while process.poll() is None:
            time.sleep(POLL_SECONDS)
            lines = _read(log).split("\n")
            self.terminal.progress(started, next((line for line in reversed(lines) if line.strip()), ""))


def terminate(process: subprocess.Popen[bytes]) -> None:
    """End a program and its descendants: by SIGINT, so that it can clean up, then by SIGKILL."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(INTERRUPT_TIMEOUT_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def error_lines(output: str, max_lines: int = 4) -> list[str]:
    """Select the lines that explain a failure: those with an error word, or else the last ones.

    Parameters
    ----------
    output
        What the program printed.
    max_lines
        The maximum number of lines.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    with_error = [line for line in lines if _ERROR_WORDS.search(line)]
    return list(dict.fromkeys(with_error or lines))[-max_lines:]


def _read(log: Path) -> str:
    """Read a log without its colour codes."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return _COLOUR_CODES.sub("", text).replace("\r", "\n")
