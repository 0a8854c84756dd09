"""The programs that are compared: the kernel, the model server, and servers around scikit-learn."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import ROOT, python_with
from local_aws.process.ports import free_port

PACKAGES = ("scikit-learn==1.9.*", "flask==3.1.*", "gunicorn==27.*")
CORES = os.cpu_count() or 1
_START_TIMEOUT_SECONDS = 60


class Measured(NamedTuple):
    """`cores` is the processor time of the clients per second; the kernel has no clients and no latencies."""

    documents: float
    median: float = 0.0
    p99: float = 0.0
    cores: float = 0.0


Contender = Callable[[int, float], Measured]  # (documents per request, seconds) -> the measurements


def kernel(folder: Path) -> Contender:
    """Return the contender that runs the kernel in one process per core."""

    def measure(batch: int, seconds: float) -> Measured:
        command = [sys.executable, "-m", "benchmarks.serving.kernel", str(folder), str(batch), str(seconds)]
        running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(CORES)]
        return Measured(sum(float(process.communicate()[0]) for process in running))

    return measure


@contextmanager
def ours(folder: Path) -> Iterator[tuple[Contender, Contender]]:
    """Start the model server as SageMaker starts it; it gets counts, and the same documents as texts."""
    port = free_port()
    settings = {"SAGEMAKER_BASE_DIR": str(folder), "SAGEMAKER_BIND_TO_PORT": str(port)}
    with _running([sys.executable, "-m", "container.serve"], settings, port):
        yield _client(port, folder), _client(port, folder, "texts")


@contextmanager
def flask(folder: Path) -> Iterator[Contender]:
    """Start Flask in gunicorn, with one process per core, and with threads, which keep connections alive."""
    port = free_port()
    command = [_python(), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    command += ["--workers", str(CORES), "--threads", "8", "benchmarks.serving.peers.flask_app:app"]
    with _running(command, {"SERVING_BENCHMARK": str(folder)}, port):
        yield _client(port, folder)


@contextmanager
def plain(folder: Path) -> Iterator[Contender]:
    """Start the HTTP server of the standard library."""
    port = free_port()
    command = [_python(), "-m", "benchmarks.serving.peers.plain", str(port)]
    with _running(command, {"SERVING_BENCHMARK": str(folder)}, port):
        yield _client(port, folder)


def _client(port: int, folder: Path, name: str = "bodies") -> Contender:
    def measure(batch: int, seconds: float) -> Measured:
        bodies = folder / f"{name}-{batch}"
        command = [sys.executable, "-m", "benchmarks.serving.load", str(port), str(bodies), str(seconds)]
        measured = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
        return Measured(measured["requests"] * batch, measured["median"], measured["p99"], measured["cores"])

    return measure


def _python() -> str:
    return str(python_with("serving", PACKAGES))


@contextmanager
def _running(command: list[str], settings: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + _START_TIMEOUT_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{' '.join(command)} did not start; run it by hand to see its error.")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
