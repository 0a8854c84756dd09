"""Requests that the model server rejects; rejected or lost clients block nobody else."""

import socket
import threading
from typing import Any

import pytest

# conftest.Server: test files can't import it.
Server = Any


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({"Accept": "image/png"}, 406, "The response can be application/json, application/jsonlines"),
        ({"Content_Encoding": "gzip"}, 415, "documents can be"),
    ],
)
def test_unsupported_accept_and_encoding_are_rejected(
    server: Server, headers: dict[str, str], status: int, message: str
) -> None:
    actual, response = server.invoke("1,2,3,4", **headers)
    assert actual == status
    assert message in response.decode()


@pytest.mark.parametrize(
    "content_type", ["image/png", "", None, "text/csv;label_size=1", "text/csv;charset=utf-16"]
)
def test_an_unknown_content_type_is_415(server: Server, content_type: str | None) -> None:
    assert server.invoke("1,2,3,4", content_type)[0] == 415


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/invocations", 405, "POST"),
        ("PUT", "/invocations", 405, "POST"),
        ("POST", "/ping", 405, "GET"),
        ("DELETE", "/ping", 405, "GET"),
        ("HEAD", "/ping", 405, "GET"),
        ("GET", "/", 404, None),
        ("POST", "/invocations/more", 404, None),
    ],
)
def test_other_paths_are_404_and_other_methods_405(
    server: Server, method: str, path: str, status: int, allowed: str | None
) -> None:
    with server.connect() as connection:
        connection.request(method, path, body=b"" if method in {"POST", "PUT"} else None)
        response = connection.getresponse()
        assert (response.status, response.getheader("Allow")) == (status, allowed)
        response.read()
        connection.request("GET", "/ping")
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("extra", [1, 1_000_000])
def test_a_body_beyond_sagemakers_limit_is_413(server: Server, extra: int) -> None:
    status, response = server.invoke(b"0" * (6_291_456 + extra))
    assert status == 413
    assert f"{6_291_456 + extra} bytes; SageMaker accepts 6291456" in response.decode()
    assert server.ping() == 200


def test_a_body_of_just_the_limit_is_read(server: Server) -> None:
    line = b"1,2,3,4\n"
    body = line * (6_291_456 // len(line))
    assert len(body) == 6_291_456
    # A response for so many lines would take seconds: the last line is invalid.
    assert server.invoke(body[:-2] + b"x\n")[0] == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /invocations HTTP/1.1\r\nContent-Type: text/csv\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", b"400"),
        (b"POST /invocations HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n", b"413"),
        (
            b"POST /ping HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\n1",
            b"400",
        ),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"400"),
    ],
)
def test_malformed_requests_get_a_response_and_their_connection_is_closed(
    server: Server, head: bytes, status: bytes
) -> None:
    with server.raw(head) as connection:
        connection.shutdown(socket.SHUT_WR)
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert status in response.split(b"\r\n")[0]
    assert server.ping() == 200


@pytest.mark.parametrize(
    "half", [b"", b"POST /invo", b"POST /invocations HTTP/1.1\r\nContent-Length: 100\r\n\r\n1,"]
)
def test_unfinished_requests_and_disconnections_do_not_block_others(server: Server, half: bytes) -> None:
    waiting = [server.raw(half) for _ in range(8)]
    assert server.invoke("1,2,3,4")[0] == 200
    for connection in waiting:
        connection.close()
    assert server.ping() == 200


def test_a_connection_carries_many_requests(server: Server) -> None:
    with server.connect() as connection:
        connection.connect()
        port = connection.sock.getsockname()[1]
        for body, status in (("1,2,3,4", 200), ("1,2", 400), ("4,3,2,1", 200)):
            connection.request("POST", "/invocations", body, {"Content-Type": "text/csv"})
            response = connection.getresponse()
            response.read()
            assert response.status == status
            assert connection.sock.getsockname()[1] == port


def test_concurrent_requests_get_their_own_responses(server: Server) -> None:
    bodies = [f"{number},{number},{16 - number},0" for number in range(16)]
    separate = [server.invoke(body)[1] for body in bodies]
    concurrent: dict[str, bytes] = {}
    threads = [
        threading.Thread(target=lambda body=body: concurrent.update({body: server.invoke(body)[1]}))
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [concurrent[body] for body in bodies] == separate
