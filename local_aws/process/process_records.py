"""Records of the processes that the server starts: a later command stops those left running."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

STOP_GRACE_SECONDS = 5  # between SIGTERM and SIGKILL


class ProcessRecord(NamedTuple):
    """The record of a started process; its pid identifies it only together with its start time."""

    pid: int
    started: str
    description: str

    @property
    def is_running(self) -> bool:
        """Whether this process still runs, and not another one with the same pid."""
        return start_time(self.pid) == self.started

    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """Send SIGTERM, and SIGKILL after ``grace`` seconds; kill the rest of its process group too."""
        if not self.is_running:
            return
        with contextlib.suppress(ProcessLookupError):
            self._stop(grace)

    def _stop(self, grace: float) -> None:
        is_group_leader = os.getpgid(self.pid) == self.pid
        self.terminate()
        deadline = time.monotonic() + grace
        while self.is_running and time.monotonic() < deadline:
            time.sleep(0.05)
        if is_group_leader:
            os.killpg(self.pid, signal.SIGKILL)
        elif self.is_running:
            os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        """Send SIGTERM and return."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)


def start_time(pid: int) -> str | None:
    """Return when a process started, in the system's own format; None if there is none, or a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    columns = subprocess.run(
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if not columns or columns[0].startswith("Z") else columns[1].strip()


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that another process reads either the old text or all of the new one."""
    temporary = path.with_suffix(".new")
    temporary.write_text(text)
    temporary.replace(path)


class ProcessRecords:
    """The recorded processes of a state folder, one small file each."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "processes"

    def add(self, pid: int, description: str) -> ProcessRecord:
        """Record a process that has just been started."""
        process = ProcessRecord(pid, start_time(pid) or "", description)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self.folder / f"{pid}.json", json.dumps(process._asdict()))
        return process

    def remove(self, pid: int) -> None:
        """Remove the record of a process that has ended."""
        (self.folder / f"{pid}.json").unlink(missing_ok=True)

    def __iter__(self) -> Iterator[ProcessRecord]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                text = path.read_text()
            except FileNotFoundError:  # the server has just removed it
                continue
            yield ProcessRecord(**json.loads(text))

    def stop_all(self) -> list[ProcessRecord]:
        """Stop every recorded process that still runs; return those that did."""
        running = [process for process in self if process.is_running]
        for process in running:
            process.terminate()
        for process in running:
            process.stop()
        for process in list(self):
            self.remove(process.pid)
        return running
