"""One HTTP request and its response, over ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

import contextlib
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# The limit of InvokeEndpoint.
MAX_BODY_BYTES = 6_291_456
# How much of a rejected body is read and discarded: most clients read the response only after sending
# everything.
MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES
# At most 18 digits: no valid length is longer, and int() rejects thousands of digits.
CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")
TEXT = "text/plain; charset=utf-8"


class RequestError(Exception):
    """A request that gets a response with an error status."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class UnreadBodyError(RequestError):
    """A request that is rejected before its body is read, so its connection must be closed."""


class HTTPExchange:
    """A request and the response to it."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._started = time.monotonic()
        self._receive = receive
        self._send = send
        self._scope = scope
        self._headers = dict(scope["headers"])
        self.method: str = scope["method"]
        self.path: str = scope["path"]

    def header(self, name: str) -> str | None:
        """Return the value of a header; the name is in lower case."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    async def read_body(self) -> bytes:
        """Return the body, which may be empty.

        Raises
        ------
        UnreadBodyError
            The body is too large, its length is missing, or it can't be read.
        ConnectionError
            The client disconnected before the end of the body.
        """
        if self.header("upgrade") and "upgrade" in (self.header("connection") or "").lower():
            # The HTTP parser would treat the rest as another protocol.
            raise UnreadBodyError(
                HTTPStatus.BAD_REQUEST, "The server supports HTTP/1.1 only: send the request without Upgrade."
            )
        content_length = self.header("content-length")
        if self.header("transfer-encoding") or (content_length is None and self.method == "POST"):
            raise UnreadBodyError(HTTPStatus.LENGTH_REQUIRED, "The request must have a Content-Length.")
        if not CONTENT_LENGTH.fullmatch(content_length or "0"):
            raise UnreadBodyError(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes.")
        if int(content_length or 0) > MAX_BODY_BYTES:
            raise UnreadBodyError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The body has {content_length} bytes; SageMaker accepts {MAX_BODY_BYTES}. "
                "Send fewer documents.",
            )
        pieces = []
        more = True
        while more:
            piece, more = await self._read_piece()
            pieces.append(piece)
        return b"".join(pieces)

    async def respond(self, status: int, content_type: str | None, body: bytes, **headers: str) -> None:
        """Send the response and log it."""
        await self._start(status, content_type, len(body), headers)
        await self._send({"type": "http.response.body", "body": body})
        self._log_response(status, len(body))

    async def reject(self, error: RequestError) -> None:
        """Send the error's message; if the body is unread, the connection is closed."""
        body = f"{error}\n".encode()
        if not isinstance(error, UnreadBodyError):
            await self.respond(error.status, TEXT, body, **error.headers)
            return
        await self._start(error.status, TEXT, len(body), {"connection": "close"})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        with contextlib.suppress(ConnectionError):
            await self._discard()
        await self._send({"type": "http.response.body"})
        self._log_response(error.status, len(body))

    def log(self, line: str) -> None:
        """Write a line to stdout: the client, the request, and the outcome."""
        query = self._scope["query_string"]
        # As the client sent it: the HTTP parser rejects control characters, so the line can't be forged.
        path = (self._scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1")
        client = (self._scope["client"] or ("-",))[0]
        now = time.strftime("%d/%b/%Y %H:%M:%S")
        request = f"{self.method} {path} HTTP/{self._scope['http_version']}"
        sys.stdout.write(f'[{now}] {client} "{request}" {line}\n')
        sys.stdout.flush()

    def _log_response(self, status: int, size: int) -> None:
        self.log(f"{status} {size} {time.monotonic() - self._started:.3f}s")

    async def _read_piece(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the body did not end")
        return message["body"], message["more_body"]

    async def _discard(self) -> None:
        remaining, more = MAX_DISCARDED_BYTES, True
        while remaining > 0 and more:
            piece, more = await self._read_piece()
            remaining -= len(piece)

    async def _start(self, status: int, content_type: str | None, size: int, more: dict[str, str]) -> None:
        headers = {"content-length": str(size), **more}
        if content_type:
            headers["content-type"] = content_type
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})
