"""What the words of a model cost a server: python -m benchmarks.serving.start_up.

Prints the seconds until the server answers a ping, and the memory that each worker doesn't share with others,
for a model of counts and for one of text, after a request.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.environments import ROOT
from data_prep.text.preparation import Preparation
from data_prep.text.tokens import TokenRules
from local_aws.process.ports import free_port
from spectral_lda import Model

TOPICS = 50
SIZES = (5_000, 100_000)
STARTS = 5
_TIMEOUT_SECONDS = 60


def main() -> None:
    """Start servers and print a table of medians."""
    print("| words | model of | ready | private memory per worker |\n|---|---|---|---|")
    for size in SIZES:
        topics = np.random.default_rng(0).dirichlet(np.full(size, 0.05), TOPICS)
        model = Model(np.full(TOPICS, 0.1), topics)
        for kind in ("counts", "text"):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch) / "model"
                folder.mkdir()
                model.save(folder / "model_algo-1")
                if kind == "text":
                    words = tuple(f"word{number}" for number in range(size))
                    Preparation(TokenRules(), 1, "none", words).save(folder)
                starts = [_start(folder.parent, kind) for _ in range(STARTS)]
            seconds, memory = np.median(starts, axis=0)
            print(f"| {size} | {kind} | {seconds:.2f} s | {memory / 1000:.0f} MB |", flush=True)


def _start(base: Path, kind: str) -> tuple[float, float]:
    """Return the seconds until a server is ready, and the private memory of its largest worker in kB."""
    port = free_port()
    settings = {"SAGEMAKER_BASE_DIR": str(base), "SAGEMAKER_BIND_TO_PORT": str(port)}
    started = time.monotonic()
    command = [sys.executable, "-m", "container.serve"]
    with subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            _request(port, "GET", "/ping", started)
            seconds = time.monotonic() - started
            content_type, body = (
                ("text/plain", "word1 word2") if kind == "text" else ("application/json", "{}")
            )
            _request(port, "POST", "/invocations", started, body, {"Content-Type": content_type})
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            return seconds, max(map(_private_memory, children))
        finally:
            process.terminate()


def _request(port: int, method: str, path: str, started: float, *content: object) -> None:
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(method, path, *content)  # type: ignore[arg-type]  # body and headers
            connection.getresponse().read()
        except ConnectionRefusedError:
            if time.monotonic() > started + _TIMEOUT_SECONDS:
                raise
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()


def _private_memory(pid: str) -> float:
    fields = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(float(line.split()[1]) for line in fields if line.startswith("Private_"))


if __name__ == "__main__":
    main()
