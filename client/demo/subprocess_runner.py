"""Programs that the demo runs: each with a log of its own, and none outlives the demo."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from client.demo.terminal import Terminal
from client.errors import SayableError
from client.operations.cdk import ROOT, environment

LOOK_SECONDS = 0.2
END_WITHIN_SECONDS = 5.0
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TELLING = re.compile(
    r"❌|\berror\b|\bfailed\b|\bexception\b|denied|not authorized|refused|taken", re.IGNORECASE
)


class Programs:
    """Runs programs one after the other, each in a process group of its own.

    Parameters
    ----------
    folder
        Where their logs go: <step>.log.
    terminal
        Shows their last line while they take time.
    """

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.folder = folder
        self.terminal = terminal

    def run(self, step: str, arguments: Sequence[str]) -> str:
        """Run a program to its end.

        Parameters
        ----------
        step
            What its log is called.
        arguments
            The program and its arguments; nothing passes through a shell.

        Returns
        -------
        str
            What it printed, without colours.

        Raises
        ------
        SayableError
            It failed: its last meaningful lines, and where the log is.
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
            end(process)
        printed = plain(log.read_text(encoding="utf-8", errors="replace"))
        if process.returncode != 0:
            reason = "\n".join(meaningful(printed)) or "It printed nothing."
            program = " ".join([Path(arguments[0]).name, *arguments[1:]])
            raise SayableError(
                f"{program} failed (exit code {process.returncode}):\n{reason}\nLog: {os.path.relpath(log)}"
            )
        return printed

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        started = time.monotonic()
        while process.poll() is None:
            time.sleep(LOOK_SECONDS)
            lines = plain(log.read_text(encoding="utf-8", errors="replace")).split("\n")
            self.terminal.progress(started, next((line for line in reversed(lines) if line.strip()), ""))


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it started: first as Ctrl-C does, so that it can clean up, then by force."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_WITHIN_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def plain(text: str) -> str:
    """Take the colours out of a program's output."""
    return _COLOURS.sub("", text).replace("\r", "\n")


def meaningful(printed: str, lines: int = 4) -> list[str]:
    """Pick the lines that say why a program failed: those that name an error, or else the last ones.

    Parameters
    ----------
    printed
        What it printed.
    lines
        How many are wanted at most.
    """
    said = [line.strip() for line in printed.splitlines() if line.strip()]
    telling = [line for line in said if _TELLING.search(line)]
    return list(dict.fromkeys(telling or said))[-lines:]
