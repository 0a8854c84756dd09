"""Connections that can't hang or flood the server: a deadline for each request, a bound on their number."""

import contextlib
import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# SageMaker gives up on an invocation after 60 seconds, so a request that isn't here by then has no reader.
REQUEST_SECONDS = 60.0
# Threads, and with the largest body of 6 MB each, memory, that the connections can take.
MOST_CONNECTIONS = 64
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class DeadlineReader(io.RawIOBase):
    """Reads of a socket that all together end by a deadline, however slowly the bytes come."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.deadline = 0.0

    def restart(self, seconds: float) -> None:
        """Give the coming reads ``seconds`` in all."""
        self.deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        """Tell io that there is something to read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come, at most until the deadline (TimeoutError)."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("The request didn't arrive in time.")
        self.connection.settimeout(left)
        return self.connection.recv_into(buffer)


class BoundedServer(ThreadingHTTPServer):
    """A threading server with a bounded number of connections, which it closes without cutting an answer."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.stopping = False
        self._slots = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._reading: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, or refuse it when there are too many."""
        if self._slots.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with contextlib.suppress(OSError):  # whoever floods the server may be gone already
            request.settimeout(0)
            request.send(_BUSY)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def reading(self, connection: socket.socket, *, now: bool) -> bool:
        """Note whether a connection still waits for its request; False once the server stops."""
        with self._lock:
            (self._reading.add if now else self._reading.discard)(connection)
            return not self.stopping

    def stop(self) -> None:
        """Take no more requests, let those that are here be answered, and return from `serve_forever`."""
        with self._lock:
            self.stopping = True
            for connection in self._reading:
                with contextlib.suppress(OSError):  # the caller may have closed it first
                    connection.shutdown(socket.SHUT_RD)
        self.shutdown()
