"""Threads are reused, and a forked process starts its own."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from spectral_lda import parallel

ROOT = Path(__file__).parents[2]
FORK = """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # forks in multi-threaded processes, Python 3.12
from spectral_lda import parallel
parallel.cores = lambda: 2
assert list(parallel.run(abs, [-1, -2])) == [1, 2]
child = os.fork()
if not child:
    os._exit(list(parallel.run(abs, [-3, -4])) != [3, 4])
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "cores", lambda: 2)


def test_results_come_in_the_order_of_the_tasks() -> None:
    first_may_end = threading.Event()

    def task(number: int) -> int:
        assert number or first_may_end.wait(60)
        first_may_end.set()
        return number

    assert list(parallel.run(task, range(5))) == [0, 1, 2, 3, 4]


def test_an_error_in_a_thread_is_raised_in_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        list(parallel.run(lambda number: 1 // number, [1, 0]))


def test_a_forked_process_starts_its_own_threads() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FORK], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60, check=False
    )
    assert ended.returncode == 0, signal.strsignal(-ended.returncode) if ended.returncode < 0 else ""


def test_numbas_number_of_threads_is_the_number_of_cores() -> None:
    program = "from spectral_lda import parallel; print(parallel.cores())"
    environment = os.environ | {"NUMBA_NUM_THREADS": "1"}
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "1\n"
