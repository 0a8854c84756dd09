import sys
import threading
from pathlib import Path

import pytest

from local_aws.process.process_records import ProcessRecords
from local_aws.sagemaker.processes.child_process import ChildProcess, Command, clean_environment


class Run:
    """A program that runs on a thread, and its output."""

    def __init__(self, folder: Path, program: str) -> None:
        self.lines: list[str] = []
        self.codes: list[int | None] = []
        self.has_output = threading.Event()
        self.record = ProcessRecords(folder)
        argv, environment = [sys.executable, "-c", program], clean_environment(folder, "us-east-1")
        command = Command(argv, folder, environment, self.record, "a test's program")
        self.child = ChildProcess(command, self._on_line)
        self.thread = threading.Thread(target=lambda: self.codes.append(self.child.run()))

    def _on_line(self, line: str) -> None:
        self.lines.append(line)
        self.has_output.set()

    def start(self) -> None:
        self.thread.start()
        assert self.has_output.wait(20)


def test_output_lines_and_exit_code_are_reported_and_the_record_is_cleared(tmp_path: Path) -> None:
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


def test_a_program_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    program = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up'); time.sleep(60)"
    )
    run = Run(tmp_path, program)
    run.start()
    run.child.stop(0.1)
    run.thread.join(20)  # the grandchild holds the pipe: it would never end
    assert run.codes == [-9]


def test_child_processes_are_killed_when_the_program_ends(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys;"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('up')"
    )
    run = Run(tmp_path, program)
    run.start()
    run.thread.join(20)  # the remaining process holds the pipe, too
    assert run.codes == [0]


def test_a_program_stopped_before_its_start_never_starts(tmp_path: Path) -> None:
    run = Run(tmp_path, "print('up')")
    run.child.stop(1)
    assert run.child.run() is None
    assert run.lines == []


def test_credentials_and_endpoints_are_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL", "HOME", "PYTHONPATH", "GATEWAY_PORT"):
        monkeypatch.setenv(name, "secret")
    environment = clean_environment(tmp_path, "us-east-1")
    assert "secret" not in environment.values()
    assert environment["HOME"] == str(tmp_path)
