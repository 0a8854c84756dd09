"""Programs of the demo: logged, explained when they fail, and ended with everything that they started."""

import io
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from client.demo import subprocess_runner as running
from client.demo.subprocess_runner import Programs, meaningful
from client.demo.terminal import Terminal
from client.errors import SayableError

# A program that starts another one, says its pid, and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    monkeypatch.setattr(running, "LOOK_SECONDS", 0.01)
    return Programs(tmp_path, Terminal(10, io.StringIO()))


class Impatient(Terminal):
    """Interrupts, as Ctrl-C does, as soon as the program has said something."""

    def progress(self, started: float, text: str) -> None:
        if text and started:
            raise KeyboardInterrupt


@pytest.fixture
def interrupted(programs: Programs) -> Programs:
    return Programs(programs.folder, Impatient(10, io.StringIO()))


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def runs(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):  # it may end between the two looks
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True
    return False


def test_what_a_program_prints_is_logged_and_returned_without_colours(programs: Programs) -> None:
    assert programs.run("one", python("print('\\x1b[32mgreen\\x1b[0m')")) == "green\n"
    assert "green" in (programs.folder / "one.log").read_text()


def test_a_failure_says_the_command_its_telling_lines_and_where_the_log_is(programs: Programs) -> None:
    code = "import sys; print('synthesis'); print('Error: no such region'); print('bye'); sys.exit(3)"
    with pytest.raises(SayableError) as failure:
        programs.run("deploy", python(code))
    said = str(failure.value).splitlines()
    assert "failed (exit code 3):" in said[-3]
    assert said[-2:] == ["Error: no such region", f"Log: {os.path.relpath(programs.folder / 'deploy.log')}"]


def test_a_program_that_is_missing_is_an_error_that_names_it(programs: Programs) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        programs.run("missing", ["no-such-program"])


def test_an_interruption_ends_the_program_and_what_it_started(interrupted: Programs) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted.run("parent", python(PARENT))
    child = int((interrupted.folder / "parent.log").read_text().split()[0])
    deadline = time.monotonic() + 60
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(child)


def test_a_program_that_ignores_the_interruption_is_killed(
    interrupted: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "END_WITHIN_SECONDS", 0.1)
    deaf = "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print(os.getpid(), flush=True)"
    with pytest.raises(KeyboardInterrupt):
        interrupted.run("deaf", python(f"{deaf}; signal.pause()"))
    assert not runs(int((interrupted.folder / "deaf.log").read_text()))


def test_the_meaningful_lines_name_the_error_or_else_are_the_last_ones() -> None:
    assert meaningful("a\n\nb\nc\n", 2) == ["b", "c"]
    assert meaningful("start\n ❌ DevStorage failed: x\nbye\n") == ["❌ DevStorage failed: x"]
    assert meaningful("Error: x\nError: x\n") == ["Error: x"]
