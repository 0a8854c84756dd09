"""SageMaker's inference contract over HTTP: GET /ping and POST /invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import io
import os
import re
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np

from container.answers import WRITERS, choose_type
from container.connections import REQUEST_SECONDS, BoundedServer, DeadlineReader
from container.content_types import parse_content_type
from container.documents import PARSERS, parse_documents
from container.errors import RefusedError
from spectral_lda import Model

# InvokeEndpoint's own limit.
LARGEST_BODY = 6_291_456
# A body that is too large is read up to here before it is refused, a piece at a time.
DISCARDED = 8 * LARGEST_BODY
PIECE = 1 << 16
# 18 digits: more is no length of anything, and int() refuses a number of thousands.
LENGTH = re.compile(r"[0-9]{1,18}")
ROUTES = {"/ping": "GET", "/invocations": "POST"}


class ModelServer(BoundedServer):
    """Answers from one model, which all threads read and none changes."""

    def __init__(self, address: tuple[str, int], model: Model) -> None:
        super().__init__(address, Handler)
        self.model = model
        # Inference keeps a core busy: more of them at a time would only take more memory.
        self.cores = threading.BoundedSemaphore(os.cpu_count() or 1)

    def answer(self, content_type: str, accept: str, body: bytes) -> bytes:
        """Return the topic mixtures of a body's documents in the accepted type."""
        with self.cores:
            try:
                documents = parse_documents(content_type, body, self.model.beta.shape[1])
            except ValueError as error:
                raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error
            return WRITERS[accept](self.model.topic_mixtures(documents).astype(np.float32))


class Handler(BaseHTTPRequestHandler):
    """One connection, which may carry many requests."""

    protocol_version = "HTTP/1.1"
    # What a request line without a version stands for: the answer to it has a status line too.
    default_request_version = "HTTP/1.0"
    # The parent's own errors, of requests that are no HTTP, become sentences too.
    error_message_format = "%(message)s\n"
    error_content_type = "text/plain; charset=utf-8"
    server: ModelServer

    def setup(self) -> None:
        """Put the deadline under everything that is read."""
        super().setup()
        self.reader = DeadlineReader(self.connection)
        self.rfile.close()
        self.rfile = io.BufferedReader(self.reader)

    def handle_one_request(self) -> None:
        """Read one request in bounded time, unless the server stops meanwhile."""
        self.reader.restart(REQUEST_SECONDS)
        self.started = time.monotonic()
        if not self.server.reading(self.connection, now=True):
            self.close_connection = True
            return
        try:
            super().handle_one_request()
        except ConnectionError as error:
            self.log_error("The caller went away: %s", error)
            self.close_connection = True
        finally:
            self.server.reading(self.connection, now=False)

    def respond(self) -> None:
        """Answer one request, whatever its method."""
        try:
            body = self._read_body()
            self.server.reading(self.connection, now=False)
            self._route(body)
        except RefusedError as refused:
            self._send(refused.status, "text/plain; charset=utf-8", f"{refused}\n".encode())
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 -- one request must not end the server
            self.log_error("An error in the program: %r", error)
            sentence = b"The server failed on this request; its log says why.\n"
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", sentence)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = respond  # noqa: N815 -- http.server names them

    def _read_body(self) -> bytes:
        """Read the body if there is one; where its end is unknown, the connection can't go on."""
        announced = self.headers.get("Content-Length")
        if "Transfer-Encoding" in self.headers or (announced is None and self.command == "POST"):
            self.close_connection = True
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "The request must have a Content-Length.")
        if not LENGTH.fullmatch(announced or "0"):
            self.close_connection = True
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The Content-Length is not a number of bytes.")
        length = int(announced or 0)
        if length > LARGEST_BODY:
            self._discard(length)
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                f"The body has {length} bytes; SageMaker takes {LARGEST_BODY}. Send fewer documents at once.",
            )
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError(f"the body ended after {len(body)} of {length} bytes")
        return body

    def _discard(self, length: int) -> None:
        """Read a body that is refused, within bounds: a caller who is still sending sees no answer."""
        self.close_connection = True
        left = min(length, DISCARDED)
        while left and (piece := self.rfile.read(min(left, PIECE))):
            left -= len(piece)

    def _route(self, body: bytes) -> None:
        path = self.path.partition("?")[0]
        if path not in ROUTES:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"Unknown path; there are {' and '.join(ROUTES)}.")
        if self.command != ROUTES[path]:
            sentence = f"{path} takes {ROUTES[path]}, not {self.command}."
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, sentence)
        if path == "/ping":
            self._send(HTTPStatus.OK, None, b"")
            return
        accept = choose_type(self.headers.get("Accept"))
        if accept is None:
            raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, f"The answer comes as {', '.join(WRITERS)}.")
        self._send(HTTPStatus.OK, accept, self.server.answer(self._content_type(), accept, body))

    def _content_type(self) -> str:
        given = self.headers.get("Content-Type", "")
        try:
            content_type = parse_content_type(given)
        except ValueError as error:
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
        if content_type not in PARSERS or self.headers.get("Content-Encoding", "identity") != "identity":
            sentence = (
                f"The Content-Type {given!r} is unknown or encoded; documents come as {', '.join(PARSERS)}."
            )
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)
        return content_type

    def _send(self, status: HTTPStatus, content_type: str | None, body: bytes) -> None:
        self.close_connection |= self.server.stopping
        self.connection.settimeout(REQUEST_SECONDS)
        self.send_response_only(status)
        self.send_header("Content-Length", str(len(body)))
        if content_type:
            self.send_header("Content-Type", content_type)
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", ROUTES[self.path.partition("?")[0]])
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)
        seconds = time.monotonic() - self.started
        self.log_message('"%s" %d %d %.3fs', self.requestline, status, len(body), seconds)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is http.server's
        """Write a line of the access log to stdout, whatever bytes a caller put into its request."""
        line = (format % args).encode("unicode_escape").decode()
        sys.stdout.write(f"[{self.log_date_time_string()}] {self.client_address[0]} {line}\n")
        sys.stdout.flush()
