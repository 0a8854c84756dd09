"""Connections that can't hang or flood the server: a deadline for each request, and bounds."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# SageMaker gives up on an invocation after 60 seconds: then nobody waits for the rest of a request, or for an
# answer, any more.
REQUEST_SECONDS = 60
# Connections of a process. With a body of 6 MB each they take 0.8 GB, and no instance has less for each core.
MOST_CONNECTIONS = 128
# What a request's line and headers may have, beside what the first look at the socket brings.
LARGEST_HEAD = 1 << 16
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A connection of uvicorn's whose caller has to come to the point."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._deadline: asyncio.TimerHandle | None = None
        self._head: int | None = None

    @property
    def waiting_until(self) -> float | None:
        """When the caller's time runs out; None while the server has to do something for it."""
        return self._deadline.when() if self._deadline else None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's is so too
        """Wait for a request; with too many connections, at the expense of whoever lets us wait longest."""
        super().connection_made(transport)
        if getattr(self.server_state, "stopping", False):  # it was accepted while the others were told
            self.transport.close()
            return
        self._wait()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on, unless a head doesn't end."""
        if self._head is not None:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks whether to stay open
        """Go on for a caller who has sent a whole request and closed its side."""
        answering = self.waiting_until is None
        if answering:
            self.cycle.keep_alive = False
        return answering

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin a request, maybe while an earlier one is being answered."""
        super().on_message_begin()
        self._head = 0
        if self.cycle is None or self.cycle.response_complete:
            self._wait()

    def on_headers_complete(self) -> None:
        """Begin a body."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Have the whole request."""
        super().on_message_complete()
        self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the answer to be taken, and for the next request."""
        super().on_response_complete()
        if self.cycle.response_complete or self.cycle.more_body:  # else the next request is here already
            self._wait()

    def shutdown(self) -> None:
        """Let an answer be finished, but wait for no request."""
        self.server_state.stopping = True  # type: ignore[attr-defined]  # seen by connections that come late
        if self.waiting_until is None:
            super().shutdown()
        else:
            self.transport.close()

    def _wait(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        waiting = [peer for peer in self.connections if isinstance(peer, Connection) and peer.waiting_until]
        longest = min(waiting, key=lambda peer: peer.waiting_until or 0)
        if longest is self:
            self.transport.write(_BUSY)
        longest.transport.close()
