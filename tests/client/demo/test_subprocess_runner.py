"""The demo's subprocesses are logged, their failures explained, and their descendants terminated."""

import io
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from client.demo import subprocess_runner
from client.demo.subprocess_runner import SubprocessRunner, error_lines
from client.demo.terminal import Terminal
from client.errors import UserError

# A program that starts another one, prints its pid, and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SubprocessRunner:
    monkeypatch.setattr(subprocess_runner, "POLL_SECONDS", 0.01)
    return SubprocessRunner(tmp_path, Terminal(10, io.StringIO()))


class InterruptingTerminal(Terminal):
    """Interrupts, as Ctrl-C does, after the first output of the program."""

    def progress(self, started: float, text: str) -> None:
        if text and started:
            raise KeyboardInterrupt


@pytest.fixture
def interrupted(runner: SubprocessRunner) -> SubprocessRunner:
    return SubprocessRunner(runner.folder, InterruptingTerminal(10, io.StringIO()))


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def runs(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):  # it may end between the two checks
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True
    return False


def test_the_output_of_a_program_is_logged_and_returned_without_colour_codes(
    runner: SubprocessRunner,
) -> None:
    assert runner.run("one", python("print('\\x1b[32mgreen\\x1b[0m')")) == "green\n"
    assert "green" in (runner.folder / "one.log").read_text()


def test_the_error_names_the_command_its_error_lines_and_the_log(runner: SubprocessRunner) -> None:
    code = "import sys; print('synthesis'); print('Error: no such region'); print('bye'); sys.exit(3)"
    with pytest.raises(UserError) as failure:
        runner.run("deploy", python(code))
    message = str(failure.value).splitlines()
    assert "failed (exit code 3):" in message[-3]
    assert message[-2:] == ["Error: no such region", f"Log: {os.path.relpath(runner.folder / 'deploy.log')}"]


def test_the_error_for_a_missing_program_names_it(runner: SubprocessRunner) -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        runner.run("missing", ["no-such-program"])


def test_an_interruption_terminates_the_program_and_its_descendants(interrupted: SubprocessRunner) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted.run("parent", python(PARENT))
    child = int((interrupted.folder / "parent.log").read_text().split()[0])
    deadline = time.monotonic() + 60
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not runs(child)


def test_a_program_that_ignores_the_interruption_is_killed(
    interrupted: SubprocessRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess_runner, "INTERRUPT_TIMEOUT_SECONDS", 0.1)
    ignoring = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print(os.getpid(), flush=True)"
    )
    with pytest.raises(KeyboardInterrupt):
        interrupted.run("ignoring", python(f"{ignoring}; signal.pause()"))
    assert not runs(int((interrupted.folder / "ignoring.log").read_text()))


def test_error_lines_contain_an_error_word_or_else_are_the_last_lines() -> None:
    assert error_lines("a\n\nb\nc\n", 2) == ["b", "c"]
    assert error_lines("start\n ❌ DevStorage failed: x\nbye\n") == ["❌ DevStorage failed: x"]
    assert error_lines("Error: x\nError: x\n") == ["Error: x"]
