"""One request and its answer, over ASGI (https://asgi.readthedocs.io/en/latest/specs/www.html)."""

import contextlib
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from container.contract.errors import RefusedError, UnreadError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# InvokeEndpoint's own limit.
LARGEST_BODY = 6_291_456
# What is read of a body that is too large, to be thrown away: most callers look for an answer only when they
# have sent everything.
DISCARDED = 8 * LARGEST_BODY
# 18 digits: more is no length of anything, and int() refuses a number of thousands.
LENGTH = re.compile(r"[0-9]{1,18}")
TEXT = "text/plain; charset=utf-8"


class Exchange:
    """A request that waits for its answer."""

    def __init__(self, scope: Message, receive: Receive, send: Send) -> None:
        self._started = time.monotonic()
        self._receive = receive
        self._send = send
        self._scope = scope
        self._headers = dict(scope["headers"])
        self.method: str = scope["method"]
        self.path: str = scope["path"]

    def header(self, name: str) -> str | None:
        """Return the value of a header, named in lower case."""
        value = self._headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    async def read_body(self) -> bytes:
        """Return the body, of no bytes if there is none.

        Raises
        ------
        UnreadError
            The body is too large, its length isn't announced, or it can't be read.
        ConnectionError
            The caller left before the end of it.
        """
        if self.header("upgrade") and "upgrade" in (self.header("connection") or "").lower():
            # The HTTP parser takes what follows for another protocol.
            raise UnreadError(HTTPStatus.BAD_REQUEST, "The connection stays HTTP/1.1: ask without Upgrade.")
        announced = self.header("content-length")
        if self.header("transfer-encoding") or (announced is None and self.method == "POST"):
            raise UnreadError(HTTPStatus.LENGTH_REQUIRED, "The request must have a Content-Length.")
        if not LENGTH.fullmatch(announced or "0"):
            raise UnreadError(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes.")
        if int(announced or 0) > LARGEST_BODY:
            raise UnreadError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The body has {announced} bytes; SageMaker takes {LARGEST_BODY}. Send fewer documents.",
            )
        pieces = []
        more = True
        while more:
            piece, more = await self._read_piece()
            pieces.append(piece)
        return b"".join(pieces)

    async def answer(self, status: int, content_type: str | None, body: bytes, **headers: str) -> None:
        """Send the answer and log it."""
        await self._start(status, content_type, len(body), headers)
        await self._send({"type": "http.response.body", "body": body})
        self._log_answer(status, len(body))

    async def refuse(self, refused: RefusedError) -> None:
        """Send the sentence that says why; an unread body ends the connection."""
        body = f"{refused}\n".encode()
        if not isinstance(refused, UnreadError):
            await self.answer(refused.status, TEXT, body, **refused.headers)
            return
        await self._start(refused.status, TEXT, len(body), {"connection": "close"})
        await self._send({"type": "http.response.body", "body": body, "more_body": True})
        with contextlib.suppress(ConnectionError):
            await self._discard()
        await self._send({"type": "http.response.body"})
        self._log_answer(refused.status, len(body))

    def log(self, line: str) -> None:
        """Write a line to stdout: the caller, the request, and what came of it."""
        query = self._scope["query_string"]
        # As the caller sent it: the HTTP parser lets nothing through that could end a line or move a cursor.
        path = (self._scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1")
        client = (self._scope["client"] or ("-",))[0]
        now = time.strftime("%d/%b/%Y %H:%M:%S")
        request = f"{self.method} {path} HTTP/{self._scope['http_version']}"
        sys.stdout.write(f'[{now}] {client} "{request}" {line}\n')
        sys.stdout.flush()

    def _log_answer(self, status: int, size: int) -> None:
        self.log(f"{status} {size} {time.monotonic() - self._started:.3f}s")

    async def _read_piece(self) -> tuple[bytes, bool]:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the body did not end")
        return message["body"], message["more_body"]

    async def _discard(self) -> None:
        left, more = DISCARDED, True
        while left > 0 and more:
            piece, more = await self._read_piece()
            left -= len(piece)

    async def _start(self, status: int, content_type: str | None, size: int, more: dict[str, str]) -> None:
        headers = {"content-length": str(size), **more}
        if content_type:
            headers["content-type"] = content_type
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})
