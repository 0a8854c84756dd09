"""Processes of this machine, found by their command line, and killed."""

import contextlib
import os
import re
import signal
from pathlib import Path


def processes(pattern: str) -> list[int]:
    """Ids of the running processes whose command line matches."""
    matching = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # the process ended meanwhile
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if re.search(pattern, line) and int(entry.name) != os.getpid():
                    matching.append(int(entry.name))
    return matching


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
