"""Deadlines and limits of connections, tested in the server's process, where they can be changed."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pytest
import uvicorn

from container.serving import connections
from container.serving.processes import WorkerProcess
from container.serving.served_model import ServedModel
from container.serving.server import ModelServer
from spectral_lda import Model

INVOKE = b"POST /invocations HTTP/1.1\r\nContent-Type: text/csv\r\nContent-Length: 3\r\n\r\n1,1"
PING = b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n"
# Far longer than the deadlines that tests set, far shorter than the server's own.
SECONDS = 30


class SlowModel(Model):
    """A model that waits until the test releases it."""

    entered = threading.Event()
    released = threading.Event()

    def topic_mixtures(self, counts: Any) -> Any:
        self.entered.set()
        assert self.released.wait(SECONDS)
        return super().topic_mixtures(counts)


@dataclass
class Running:
    """A worker process's server in a thread of this process."""

    server: uvicorn.Server
    port: int

    def connect(self, data: bytes = b"") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        connection.sendall(data)
        return connection

    def invoke(self) -> HTTPConnection:
        client = HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        client.request("POST", "/invocations", "1,1", {"Content-Type": "text/csv"})
        return client


@pytest.fixture
def slow() -> SlowModel:
    SlowModel.entered.clear()
    SlowModel.released.clear()
    return SlowModel(np.array([1.0, 1.0]), np.eye(2))


@pytest.fixture
def running(slow: SlowModel) -> Iterator[Running]:
    config = uvicorn.Config(ModelServer(ServedModel(slow)), log_config=None, **WorkerProcess.CONFIG_KWARGS)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Running(server, listener.getsockname()[1])
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        yield running
        slow.released.set()
        server.should_exit = True
        thread.join()


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("half", [b"", b"POST /invo", INVOKE[:-1], INVOKE + INVOKE[:9], INVOKE + INVOKE[:-1]])
def test_an_unfinished_request_is_aborted(
    running: Running, slow: SlowModel, monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    slow.released.set()
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    with running.connect(half) as connection:
        assert read_all(connection).count(b"HTTP/1.1 200 ") == half.count(INVOKE)


def test_slowly_arriving_bytes_do_not_move_the_deadline(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.5)
    gone = threading.Event()
    with running.connect(b"GET /") as connection:

        def drip() -> None:
            while not gone.wait(0.1):
                try:
                    connection.sendall(b"X")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            rest = read_all(connection)
        except ConnectionResetError:
            rest = b""
        gone.set()
        dripping.join()
    assert rest == b""


def test_a_response_that_is_not_received_is_aborted(
    running: Running, slow: SlowModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"1,1\n" * 200_000
    head = b"POST /invocations HTTP/1.1\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n" % len(body)
    with running.connect(head + body):
        assert slow.entered.wait(SECONDS)
        monkeypatch.setattr(connections, "REQUEST_SECONDS", 2)  # only now: the request has arrived in time
        slow.released.set()
        wait_until(lambda: any(peer.transport.get_write_buffer_size() for peer in peers(running)))
        wait_until(lambda: not peers(running))


def test_endless_headers_are_rejected(running: Running) -> None:
    head = b"GET /ping HTTP/1.1\r\n"
    with running.connect(head) as connection, pytest.raises(OSError, match=r"reset|pipe"):
        connection.sendall(b"X: y\r\n" * 10_000_000)


def test_connections_beyond_the_limit_replace_those_that_have_waited_longest(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 2)
    with running.connect() as first, running.connect() as second, running.connect(PING) as third:
        assert read_all(third).startswith(b"HTTP/1.1 200 ")
        assert read_all(first) == b""
        second.sendall(PING)
        assert read_all(second).startswith(b"HTTP/1.1 200 ")


def test_connections_beyond_the_limit_get_503_if_no_other_is_waiting(
    running: Running, slow: SlowModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [running.invoke() for _ in range(2)]
    wait_until(lambda: sum(peer.deadline is None for peer in peers(running)) == 2)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 2)
    with running.connect() as third:
        assert read_all(third).startswith(b"HTTP/1.1 503 ")
    slow.released.set()
    assert [client.getresponse().status for client in clients] == [200, 200]
    for client in clients:
        client.close()


def test_a_stopping_server_completes_its_responses_and_accepts_no_requests(
    running: Running, slow: SlowModel
) -> None:
    client = running.invoke()
    assert slow.entered.wait(SECONDS)
    with running.connect() as idle, running.connect(INVOKE[:-1]) as half:
        wait_until(lambda: len(peers(running)) == 3)
        running.server.should_exit = True
        assert read_all(idle) == read_all(half) == b""
    slow.released.set()
    response = client.getresponse()
    assert (response.status, response.getheader("Connection")) == (200, "close")
    assert b"topic_mixture" in response.read()
    client.close()


def test_pings_succeed_while_the_model_is_busy(running: Running, slow: SlowModel) -> None:
    clients = [running.invoke() for _ in range(9)]
    assert slow.entered.wait(SECONDS)
    with running.connect(PING) as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")
    slow.released.set()
    assert all(client.getresponse().status == 200 for client in clients)
    for client in clients:
        client.close()


def test_a_client_that_closes_its_side_after_the_request_gets_a_response(
    running: Running, slow: SlowModel
) -> None:
    slow.released.set()
    with running.connect(INVOKE) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert b"topic_mixture" in read_all(connection)


def test_an_error_of_the_program_is_500_and_the_server_continues(
    running: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("no luck")

    monkeypatch.setattr(SlowModel, "topic_mixtures", broken)
    for _ in range(2):
        client = running.invoke()
        response = client.getresponse()
        assert response.status == 500
        assert b"no luck" not in response.read()
        client.close()
    assert "no luck" in capsys.readouterr().out


def peers(running: Running) -> list[connections.Connection]:
    return [
        peer for peer in running.server.server_state.connections if isinstance(peer, connections.Connection)
    ]


def wait_until(condition: Any) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "The condition was not met in time."
        time.sleep(0.01)
