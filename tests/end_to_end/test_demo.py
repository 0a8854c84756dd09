"""`make demo`, without network access where the kernel allows network namespaces."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_aws.process.ports import free_port
from tests.end_to_end.helpers.local_aws_server import PATH, ROOT
from tests.end_to_end.helpers.polling import wait_until
from tests.end_to_end.helpers.processes import processes

pytestmark = pytest.mark.end_to_end

LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as s:  # SIOCSIFFLAGS: lo is up and running
    fcntl.ioctl(s, 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def isolated(command: list[str]) -> list[str]:
    """The command in a network namespace with loopback only, where the kernel allows one."""
    unshare = shutil.which("unshare")
    wrapped = [str(unshare), "--user", "--map-root-user", "--net", sys.executable, "-c", LOOPBACK_UP]
    if unshare and subprocess.run([*wrapped, "true"], check=False, capture_output=True).returncode == 0:
        return [*wrapped, *command]
    return command


def demo(folder: Path, *arguments: str) -> list[str]:
    port = str(free_port())
    return [sys.executable, "-m", "client.demo", "--folder", str(folder), "--port", port, *arguments]


def test_the_demo_completes_every_step_and_leaves_no_resources(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    completed = subprocess.run(
        isolated(demo(folder)),
        cwd=ROOT,
        env=os.environ | {"PATH": PATH},
        capture_output=True,
        text=True,
        timeout=550,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    for step in range(2, 11):
        assert f"{step}/10" in completed.stdout
    assert completed.stdout.count("| #quality_metric: host=algo-1, test pwll <score>=") == 2
    assert "no changes. cdk diff: no differences." in completed.stdout
    assert "Nothing is left" in completed.stdout
    assert processes(str(folder)) == []


@pytest.mark.parametrize("step", ["3/10", "6/10"])
def test_an_interrupted_demo_leaves_no_process(tmp_path: Path, step: str) -> None:
    folder = tmp_path / "demo"
    running = subprocess.Popen(
        demo(folder),
        cwd=ROOT,
        env=os.environ | {"PATH": PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert running.stdout is not None
    output = ""
    while step not in output:
        line = running.stdout.readline()
        assert line, output
        output += line
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=240)
    assert running.returncode not in (0, None), output + rest
    assert "Traceback" not in output + rest
    wait_until(lambda: processes(str(folder)) == [])
