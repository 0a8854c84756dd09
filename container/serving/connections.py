"""Connections with a request deadline and limits, so that no client can block the server."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# SageMaker's timeout of an invocation is 60 seconds; a request or response that takes longer is abandoned.
REQUEST_SECONDS = 60
# Connections per process. With a body of 6 MB each they take 0.8 GB; every instance type has more per core.
MAX_CONNECTIONS = 128
# The limit for a request's line and headers, in addition to the first read from the socket.
MAX_HEAD_BYTES = 1 << 16
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A connection with a request deadline."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes: int | None = None

    @property
    def deadline(self) -> float | None:
        """When the client's time runs out; None while the server computes a response."""
        return self._timer.when() if self._timer else None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Wait for a request; if there are too many connections, close the one that has waited longest."""
        super().connection_made(transport)
        if getattr(self.server_state, "stopping", False):  # it was accepted during the shutdown
            self.transport.close()
            return
        self._start_deadline()
        if len(self.connections) > MAX_CONNECTIONS:
            self._close_longest_waiting()

    def data_received(self, data: bytes) -> None:
        """Pass data to the parser, unless the headers are too large."""
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # True keeps the connection open
        """Complete the response for a client that has sent a whole request and closed its side."""
        responding = self.deadline is None
        if responding:
            self.cycle.keep_alive = False
        return responding

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadline."""
        self._cancel_deadline()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin a request, possibly during the response to an earlier one."""
        super().on_message_begin()
        self._head_bytes = 0
        if self.cycle is None or self.cycle.response_complete:
            self._start_deadline()

    def on_headers_complete(self) -> None:
        """Begin a body."""
        self._head_bytes = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request: the server computes the response."""
        super().on_message_complete()
        self._cancel_deadline()

    def on_response_complete(self) -> None:
        """Wait for the client to receive the response, and for the next request."""
        super().on_response_complete()
        # Otherwise the next request has arrived already.
        if self.cycle.response_complete or self.cycle.more_body:
            self._start_deadline()

    def shutdown(self) -> None:
        """Complete a response, but don't wait for a request."""
        self.server_state.stopping = True  # type: ignore[attr-defined]  # read by connections that are accepted late
        if self.deadline is None:
            super().shutdown()
        else:
            self.transport.close()

    def _start_deadline(self) -> None:
        self._cancel_deadline()
        self._timer = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _close_longest_waiting(self) -> None:
        waiting = [peer for peer in self.connections if isinstance(peer, Connection) and peer.deadline]
        longest = min(waiting, key=lambda peer: peer.deadline or 0)
        if longest is self:
            self.transport.write(_BUSY)
        longest.transport.close()
