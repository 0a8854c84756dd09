import sys
import threading
from pathlib import Path

import pytest

from local_aws.process.child_processes import ChildProcesses
from local_aws.sagemaker.child import Child, Command, clean_environment


class Run:
    """A program that runs on a thread, and what it said."""

    def __init__(self, folder: Path, program: str) -> None:
        self.lines: list[str] = []
        self.codes: list[int | None] = []
        self.said = threading.Event()
        self.record = ChildProcesses(folder)
        argv, environment = [sys.executable, "-c", program], clean_environment(folder, "us-east-1")
        command = Command(argv, folder, environment, self.record, "a test's program")
        self.child = Child(command, self._on_line)
        self.thread = threading.Thread(target=lambda: self.codes.append(self.child.run()))

    def _on_line(self, line: str) -> None:
        self.lines.append(line)
        self.said.set()

    def start(self) -> None:
        self.thread.start()
        assert self.said.wait(20)


def test_lines_exit_code_and_the_record(tmp_path: Path) -> None:
    program = "import os, sys; print('one'); print('two', file=sys.stderr); print(os.getcwd()); sys.exit(4)"
    run = Run(tmp_path, program)
    assert run.child.run() == 4
    assert run.lines == ["one", "two", str(tmp_path)]
    assert list(run.record) == []


def test_a_running_program_is_on_record(tmp_path: Path) -> None:
    run = Run(tmp_path, "print('up'); import time; time.sleep(60)")
    run.start()
    (program,) = run.record
    assert program.is_running
    assert program.description == "a test's program"
    run.child.stop(20)
    run.thread.join()
    assert run.codes == [-15]
    assert not program.is_running


def test_what_ignores_sigterm_is_killed_after_the_grace_with_its_children(tmp_path: Path) -> None:
    program = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up'); time.sleep(60)"
    )
    run = Run(tmp_path, program)
    run.start()
    run.child.stop(0.1)
    run.thread.join(20)  # the grandchild holds the pipe: it would never end
    assert run.codes == [-9]


def test_what_a_program_leaves_running_is_killed_when_it_ends(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up')"
    )
    run = Run(tmp_path, program)
    run.start()
    run.thread.join(20)  # the one left holds the pipe, too
    assert run.codes == [0]


def test_a_program_that_was_stopped_before_its_start_never_starts(tmp_path: Path) -> None:
    run = Run(tmp_path, "print('up')")
    run.child.stop(1)
    assert run.child.run() is None
    assert run.lines == []


def test_only_harmless_settings_are_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "HOME", "PYTHONPATH", "GATEWAY_PORT"):
        monkeypatch.setenv(name, "secret")
    environment = clean_environment(tmp_path, "us-east-1")
    assert "secret" not in environment.values()
    assert environment["HOME"] == str(tmp_path)
