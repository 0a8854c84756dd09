"""Clients of a model server: python -m benchmarks.serving.load PORT BODIES SECONDS.

All clients share one thread, so that the cores are left to the server. Each sends its next request when it
has the response to the last one. Prints the measurements as JSON.
"""

import json
import re
import resource
import selectors
import socket
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

CLIENTS = 8
_CONTENT_TYPES = {".csv": "text/csv", ".txt": "text/plain"}
_HEAD = "POST /invocations HTTP/1.1\r\nHost: localhost\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Client:
    """A persistent connection, and its current request."""

    def __init__(self, port: int, requests: Iterator[bytes], selector: selectors.BaseSelector) -> None:
        self.seconds: list[float] = []
        self._requests = requests
        self._selector = selector
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(0)
        selector.register(self._socket, selectors.EVENT_WRITE, self)
        self._left = memoryview(b"")
        self._response = b""
        self._started = 0.0
        self._send_next()

    def step(self) -> None:
        """Continue writing the request or reading the response."""
        if self._left:
            self._left = self._left[self._socket.send(self._left) :]
            if not self._left:
                self._selector.modify(self._socket, selectors.EVENT_READ, self)
            return
        received = self._socket.recv(1 << 20)
        if not received:
            raise ConnectionError("The server closed a connection.")
        self._response += received
        if self._is_complete():
            self.seconds.append(time.perf_counter() - self._started)
            self._send_next()
            self._selector.modify(self._socket, selectors.EVENT_WRITE, self)

    def _send_next(self) -> None:
        self._left = memoryview(next(self._requests))
        self._response = b""
        self._started = time.perf_counter()

    def _is_complete(self) -> bool:
        head, end, body = self._response.partition(b"\r\n\r\n")
        if not end:
            return False
        length = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or length is None:
            raise ValueError(f"The server answered {head!r} {body[:200]!r}")
        return len(body) == int(length[1])


def _request(path: Path) -> bytes:
    """Return the request of a body in a file, whose suffix names its content type."""
    body = path.read_bytes()
    return _HEAD.format(_CONTENT_TYPES[path.suffix], len(body)).encode() + body


def main() -> None:
    """Measure a server for some seconds."""
    port, folder, seconds = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    requests = cycle(list(map(_request, sorted(folder.iterdir()))))
    selector = selectors.DefaultSelector()
    clients = [Client(port, requests, selector) for _ in range(CLIENTS)]
    start = time.perf_counter()
    while time.perf_counter() < start + seconds or not all(client.seconds for client in clients):
        for key, _ in selector.select():
            key.data.step()
    elapsed = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_SELF)
    latencies = sorted(second for client in clients for second in client.seconds)
    measured = {
        "requests": len(latencies) / elapsed,
        "median": statistics.median(latencies),
        "p99": latencies[int(len(latencies) * 0.99)],
        "cores": (usage.ru_utime + usage.ru_stime) / elapsed,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
