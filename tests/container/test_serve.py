"""The program serve: start, failed starts, addresses, log and end."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spectral_lda import Model

# conftest.Server: test files can't import it.
Server = Any
SECONDS = 60


def saved(base: Path, model: Model) -> Path:
    (base / "model").mkdir()
    model.save(base / "model" / "model_algo-1")
    return base


def test_sigterm_ends_the_server_with_0_despite_idle_and_unfinished_requests(
    start_server: Callable[[Path], Server], tmp_path: Path, model: Model
) -> None:
    server = start_server(saved(tmp_path, model))
    with server.connect() as idle, server.raw(b"POST /invocations HTTP/1.1\r\nContent-Len"):
        idle.request("GET", "/ping")
        idle.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(SECONDS) == 0
    with pytest.raises(OSError, match="refused"):
        server.ping()


def start_and_fail(base: Path, *arguments: str, **environment: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "container.serve", *arguments],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "SAGEMAKER_BASE_DIR": str(base), **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_missing_model_prevents_the_start(tmp_path: Path) -> None:
    assert (
        f"The model server can't start: [Errno 2] No such file or directory: '{tmp_path}"
        in start_and_fail(tmp_path)
    )


def test_a_damaged_model_prevents_the_start(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model_algo-1").write_bytes(b"half a mod")
    assert "model_algo-1 is not a model of SageMaker LDA: " in start_and_fail(tmp_path)


def test_an_invalid_or_used_port_prevents_the_start(server: Server, tmp_path: Path, model: Model) -> None:
    saved(tmp_path, model)
    assert "SAGEMAKER_BIND_TO_PORT is 'http', not a port" in start_and_fail(
        tmp_path, SAGEMAKER_BIND_TO_PORT="http"
    )
    assert "Address already in use" in start_and_fail(tmp_path, SAGEMAKER_BIND_TO_PORT=str(server.port))


def test_only_loopback_is_bound_by_default(server: Server) -> None:
    listening = {
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{server.port:04X}")
    }
    assert listening == {f"0100007F:{server.port:04X}"}


def test_each_request_is_one_printable_line_on_stdout(
    start_server: Callable[[Path], Server], tmp_path: Path, model: Model
) -> None:
    server = start_server(saved(tmp_path, model))
    server.invoke("1,2")
    for path in (b"/%0A%1b[31m?a=%0d", b"/\x1b[31m", b"/\xff"):
        with server.raw(b"GET " + path + b" HTTP/1.1\r\n\r\n") as connection:
            connection.recv(100)
    # A line is written after its response: once the server has stopped, all lines are written.
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(SECONDS)
    log = (tmp_path / "serve.log").read_text()
    assert re.search(r'127\.0\.0\.1 "POST /invocations HTTP/1\.1" 400 \d+ [\d.]+s\n', log)
    assert '"GET /%0A%1b[31m?a=%0d HTTP/1.1" 404' in log
    assert log.replace("\n", "").isprintable()
