"""The programs that the server starts, on record, so that none of them outlives it unnoticed."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PATIENCE = 5  # seconds between SIGTERM and SIGKILL


class Program(NamedTuple):
    """A program that was started: its pid is only meaningful together with when it started."""

    pid: int
    started: str
    what: str

    @property
    def runs(self) -> bool:
        """Whether this very program still runs, and not a stranger with its pid."""
        return start_time(self.pid) == self.started

    def end(self, patience: float = PATIENCE) -> None:
        """Stop it: SIGTERM, and SIGKILL when the patience is over; the rest of its group is killed too."""
        if not self.runs:
            return
        with contextlib.suppress(ProcessLookupError):
            self._end(patience)

    def _end(self, patience: float) -> None:
        leads = os.getpgid(self.pid) == self.pid
        self.ask()
        until = time.monotonic() + patience
        while self.runs and time.monotonic() < until:
            time.sleep(0.05)
        if leads:
            os.killpg(self.pid, signal.SIGKILL)
        elif self.runs:
            os.kill(self.pid, signal.SIGKILL)

    def ask(self) -> None:
        """Ask it to stop, and don't wait."""
        if self.runs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)


def start_time(pid: int) -> str | None:
    """Return when a process started, as the system counts it, or None if there is none (a zombie is none)."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    answer = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if not answer or answer[0].startswith("Z") else answer[1].strip()


def write_whole(path: Path, text: str) -> None:
    """Write a file that another process may read at this moment: it finds the former text or all of this."""
    aside = path.with_suffix(".new")
    aside.write_text(text)
    aside.replace(path)


class Record:
    """The programs on record in a state folder, one small file each."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "processes"

    def add(self, pid: int, what: str) -> Program:
        """Put a program that has just been started on record, with a word on what it does."""
        program = Program(pid, start_time(pid) or "", what)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self.folder / f"{pid}.json", json.dumps(program._asdict()))
        return program

    def remove(self, pid: int) -> None:
        """Take a program that has ended off the record."""
        (self.folder / f"{pid}.json").unlink(missing_ok=True)

    def __iter__(self) -> Iterator[Program]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                text = path.read_text()
            except FileNotFoundError:  # the server has just taken it off the record
                continue
            yield Program(**json.loads(text))

    def end_all(self) -> list[Program]:
        """End every program on record that still runs; return those that did."""
        running = [program for program in self if program.runs]
        for program in running:
            program.ask()
        for program in running:
            program.end()
        for program in list(self):
            self.remove(program.pid)
        return running
