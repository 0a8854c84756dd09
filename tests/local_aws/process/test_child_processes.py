import subprocess
import sys
from pathlib import Path

from local_aws.process.child_processes import Program, Record, start_time

SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); {SLEEP}"


def started(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def close(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_program_runs_until_it_has_ended(tmp_path: Path) -> None:
    process = started(SLEEP)
    program = Record(tmp_path).add(process.pid, "A sleeper")
    assert program.runs
    program.end()
    process.communicate()
    assert start_time(process.pid) is None


def test_one_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    process = started(STUBBORN)
    assert process.stdout is not None
    process.stdout.readline()
    Record(tmp_path).add(process.pid, "Stubborn").end(patience=0.2)
    assert process.wait(timeout=60) == -9
    process.communicate()


def test_a_stranger_with_the_same_pid_is_left_alone() -> None:
    process = started(SLEEP)
    Program(process.pid, "another time", "Somebody").end()
    assert process.poll() is None
    close(process)


def test_the_record_knows_what_was_added_until_it_is_removed(tmp_path: Path) -> None:
    process, record = started(SLEEP), Record(tmp_path)
    program = record.add(process.pid, "A sleeper")
    assert list(Record(tmp_path)) == [program]
    record.remove(process.pid)
    record.remove(process.pid)
    assert list(record) == []
    close(process)


def test_a_program_that_ends_while_the_record_is_read_is_left_out(tmp_path: Path) -> None:
    process, record = started(SLEEP), Record(tmp_path)
    program = record.add(process.pid, "A sleeper")
    (record.folder / "1.json").symlink_to(tmp_path / "gone")  # listed, and gone when it is opened
    assert list(record) == [program]
    close(process)


def test_all_that_run_are_ended_and_told(tmp_path: Path) -> None:
    process, record = started(SLEEP), Record(tmp_path)
    program = record.add(process.pid, "A sleeper")
    assert record.end_all() == [program]
    assert record.end_all() == []
    process.communicate()
