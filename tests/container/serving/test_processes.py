"""The processes of the model server: replacement of killed ones, and requests in flight."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spectral_lda import Model

# conftest.Server: test files can't import it.
Server = Any
SECONDS = 60
KILLS = 4
RESPONSES = 50  # between two kills
# A worker process that gets SIGTERM right after the fork, and a master that stops when that process has
# ended.
STOPPED_AFTER_FORK = """
import os, signal, socket
from container.serving.processes import PreforkServer

class Stopped(PreforkServer):
    def load_config(self):
        super().load_config()
        self.cfg.set("workers", 1)
        self.cfg.set("post_fork", lambda _arbiter, _worker: os.kill(os.getpid(), signal.SIGTERM))
        self.cfg.set("child_exit", lambda _arbiter, _worker: os.kill(os.getpid(), signal.SIGTERM))

async def application(scope, receive, send):
    pass

application.start_engine = lambda: None
Stopped(application, socket.create_server(("127.0.0.1", 0))).run()
"""


@pytest.fixture
def own(start_server: Callable[[Path], Server], tmp_path: Path, model: Model) -> Iterator[Server]:
    """Start a model server whose processes the test may kill."""
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model" / "model_algo-1")
    server = start_server(tmp_path)
    wait_until(lambda: len(workers(server)) == os.cpu_count())
    yield server
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(SECONDS) in {0, -signal.SIGKILL}


def workers(server: Server) -> list[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "The condition was not met in time."
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


def listens(server: Server) -> bool:
    try:
        server.ping()
    except ConnectionRefusedError:
        return False
    return True


def test_a_killed_worker_is_replaced_without_loading_the_model_again(own: Server, tmp_path: Path) -> None:
    before = workers(own)
    (tmp_path / "model" / "model_algo-1").unlink()
    os.kill(before[0], signal.SIGKILL)
    wait_until(lambda: len(set(workers(own)) - {before[0]}) == len(before))
    assert own.invoke("1,2,3,4")[0] == 200


def test_workers_end_after_their_master_is_killed(own: Server) -> None:
    orphans = workers(own)
    own.process.kill()
    wait_until(lambda: not any(map(is_alive, orphans)))
    assert not listens(own)


def test_a_worker_handles_a_sigterm_that_arrives_before_its_own_handlers() -> None:
    stopped = subprocess.run([sys.executable, "-c", STOPPED_AFTER_FORK], check=False, timeout=SECONDS)
    assert stopped.returncode == 0


class Client(threading.Thread):
    """Sends requests over a persistent connection, and counts the responses."""

    def __init__(self, server: Server, model: Model, stop: threading.Event) -> None:
        super().__init__()
        self.right = self.lost = 0
        self.wrong: list[Any] = []
        self._server = server
        self._model = model
        self._stopping = stop

    def run(self) -> None:
        chance = random.Random(self.name)  # noqa: S311 -- no secret
        while not self._stopping.is_set():
            with self._server.connect() as connection, suppress(OSError, http.client.HTTPException):
                while not self._stopping.is_set():
                    self._invoke(connection, chance)

    def _invoke(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        documents = np.array([[chance.randrange(9) for _ in range(4)] for _ in range(chance.randint(1, 20))])
        body = "\n".join(",".join(map(str, row)) for row in documents.tolist())
        self.lost += 1
        connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
        response = connection.getresponse()
        content = response.read()
        self.lost -= 1
        expected = self._model.topic_mixtures(documents)
        if response.status == 200 and same(content, expected):
            self.right += 1
        else:
            self.wrong.append((response.status, content[:200], documents))


def wait_for_responses(clients: list[Client]) -> None:
    before = sum(client.right for client in clients)
    wait_until(lambda: sum(client.right for client in clients) >= before + RESPONSES)


def same(content: bytes, expected: Any) -> bool:
    rows = np.array([row["topic_mixture"] for row in json.loads(content)["predictions"]])
    return rows.shape == expected.shape and bool(np.allclose(rows, expected, atol=1e-6))


def test_kills_under_load_lose_responses_but_none_is_wrong(own: Server, model: Model) -> None:
    stop = threading.Event()
    clients = [Client(own, model, stop) for _ in range(8)]
    for client in clients:
        client.start()
    for _ in range(KILLS):
        wait_for_responses(clients)
        killed = random.choice(workers(own))  # noqa: S311 -- no secret
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda killed=killed: len(set(workers(own)) - {killed}) == os.cpu_count())  # type: ignore[misc]
    wait_for_responses(clients)
    stop.set()
    for client in clients:
        client.join(SECONDS)
    assert not [wrong for client in clients for wrong in client.wrong]
    # A kill loses at most one request of each client.
    assert sum(client.lost for client in clients) <= KILLS * len(clients)
    assert own.process.poll() is None


def test_sigterm_under_load_completes_the_responses_and_ends_with_0(own: Server, model: Model) -> None:
    stop = threading.Event()
    clients = [Client(own, model, stop) for _ in range(8)]
    for client in clients:
        client.start()
    wait_for_responses(clients)
    own.process.send_signal(signal.SIGTERM)
    assert own.process.wait(30) == 0  # SageMaker kills it then
    stop.set()
    for client in clients:
        client.join(SECONDS)
    assert not [wrong for client in clients for wrong in client.wrong]
