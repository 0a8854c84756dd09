"""Slow, many and late callers, seen from inside of the server's process, where time and bounds can be set."""

import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pytest

from container import connections, server
from container.server import ModelServer
from spectral_lda import Model


class SlowModel(Model):
    """A model that answers when it is told to."""

    entered = threading.Event()
    released = threading.Event()

    def topic_mixtures(self, counts: Any) -> Any:
        self.entered.set()
        assert self.released.wait(30)
        return super().topic_mixtures(counts)


@pytest.fixture
def slow() -> SlowModel:
    SlowModel.entered.clear()
    SlowModel.released.clear()
    return SlowModel(np.array([1.0, 1.0]), np.eye(2))


@pytest.fixture
def running(slow: SlowModel) -> Iterator[ModelServer]:
    running = ModelServer(("127.0.0.1", 0), slow)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    slow.released.set()
    running.stop()
    thread.join()
    running.server_close()


def connect(to: ModelServer, data: bytes = b"") -> socket.socket:
    # Far longer than the deadlines that tests set, far shorter than the server's own.
    connection = socket.create_connection(("127.0.0.1", to.server_port), timeout=10)
    connection.sendall(data)
    return connection


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_that_never_ends_is_given_up(running: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.2)
    with connect(running, b"POST /invocations HTTP/1.1\r\nContent-Length: 9\r\n\r\n1") as connection:
        assert read_all(connection) == b""


def test_bytes_that_drip_in_do_not_move_the_deadline(
    running: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.5)
    gone = threading.Event()
    with connect(running) as connection:

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
    assert capsys.readouterr().err == ""


def test_connections_beyond_the_bound_are_refused_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, slow: SlowModel
) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)
    bounded = ModelServer(("127.0.0.1", 0), slow)
    thread = threading.Thread(target=bounded.serve_forever)
    thread.start()
    with connect(bounded) as first, connect(bounded), connect(bounded) as third:
        assert read_all(third).startswith(b"HTTP/1.1 503 ")
        first.sendall(b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert read_all(first).startswith(b"HTTP/1.1 200 ")
    bounded.stop()
    thread.join()
    bounded.server_close()


def test_a_stopping_server_answers_what_it_has_and_takes_no_more(
    running: ModelServer, slow: SlowModel
) -> None:
    caller = HTTPConnection("127.0.0.1", running.server_port, timeout=30)
    caller.request("POST", "/invocations", "1,1", {"Content-Type": "text/csv"})
    assert slow.entered.wait(30)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    stopping.join()
    slow.released.set()
    response = caller.getresponse()
    assert (response.status, response.getheader("Connection")) == (200, "close")
    assert b"topic_mixture" in response.read()
    caller.close()


def test_pings_are_answered_while_the_model_is_busy(running: ModelServer, slow: SlowModel) -> None:
    callers = [HTTPConnection("127.0.0.1", running.server_port, timeout=30) for _ in range(5)]
    for caller in callers:
        caller.request("POST", "/invocations", "1,1", {"Content-Type": "text/csv"})
    assert slow.entered.wait(30)
    with connect(running, b"GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n") as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")
    slow.released.set()
    for caller in callers:
        response = caller.getresponse()
        assert response.status == 200
        response.read()
        caller.close()


def test_an_error_of_the_program_is_500_and_the_server_lives_on(
    running: ModelServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("no luck")

    monkeypatch.setattr(SlowModel, "topic_mixtures", broken)
    caller = HTTPConnection("127.0.0.1", running.server_port, timeout=30)
    for _ in range(2):
        caller.request("POST", "/invocations", "1,1", {"Content-Type": "text/csv"})
        response = caller.getresponse()
        assert response.status == 500
        assert b"no luck" not in response.read()
    caller.close()
    assert "no luck" in capsys.readouterr().out


def test_a_deadline_that_has_passed_ends_the_reading_even_of_bytes_that_are_there() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"late")
        reader = connections.DeadlineReader(ours)
        reader.restart(-1)
        with pytest.raises(TimeoutError):
            reader.read(4)
