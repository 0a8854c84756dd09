import subprocess
import sys
from pathlib import Path

from local_aws.process.process_records import ProcessRecord, ProcessRecords, start_time

SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); {SLEEP}"


def started(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def close(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_process_is_running_until_it_is_stopped(tmp_path: Path) -> None:
    process = started(SLEEP)
    recorded = ProcessRecords(tmp_path).add(process.pid, "A sleeper")
    assert recorded.is_running
    recorded.stop()
    process.communicate()
    assert start_time(process.pid) is None


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    process = started(STUBBORN)
    assert process.stdout is not None
    process.stdout.readline()
    ProcessRecords(tmp_path).add(process.pid, "Stubborn").stop(grace=0.2)
    assert process.wait(timeout=60) == -9
    process.communicate()


def test_another_process_with_the_same_pid_is_not_stopped() -> None:
    process = started(SLEEP)
    ProcessRecord(process.pid, "another time", "Another recorded").stop()
    assert process.poll() is None
    close(process)


def test_a_process_is_recorded_until_it_is_removed(tmp_path: Path) -> None:
    process, processes = started(SLEEP), ProcessRecords(tmp_path)
    recorded = processes.add(process.pid, "A sleeper")
    assert list(ProcessRecords(tmp_path)) == [recorded]
    processes.remove(process.pid)
    processes.remove(process.pid)
    assert list(processes) == []
    close(process)


def test_a_record_that_is_removed_while_the_records_are_read_is_omitted(tmp_path: Path) -> None:
    process, processes = started(SLEEP), ProcessRecords(tmp_path)
    recorded = processes.add(process.pid, "A sleeper")
    (processes.folder / "1.json").symlink_to(tmp_path / "gone")  # listed, but removed when it is opened
    assert list(processes) == [recorded]
    close(process)


def test_stop_all_stops_running_processes_and_returns_them(tmp_path: Path) -> None:
    process, processes = started(SLEEP), ProcessRecords(tmp_path)
    recorded = processes.add(process.pid, "A sleeper")
    assert processes.stop_all() == [recorded]
    assert processes.stop_all() == []
    process.communicate()
