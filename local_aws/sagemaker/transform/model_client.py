"""The requests of a transform job to its model server, in order.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

import http.client
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus

from local_aws.sagemaker.hosting.model_server import RESTART_LIMIT_SECONDS, ModelServer

RETRY_SECONDS = 0.2
NO_RESPONSE = "Unable to get response from algorithm"


class TransformError(Exception):
    """An object can't be transformed.

    Parameters
    ----------
    kind
        ``ClientError`` (a mistake in the request) or ``AlgorithmError`` (of the model).
    message
        The lines for the job's data log.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class ModelClient:
    """Sends payloads to a model server, on one persistent connection per thread.

    Parameters
    ----------
    server
        The model server.
    headers
        Content-Type and Accept.
    timeout
        The time limit of a response in seconds.
    retries
        How often a request that the server failed to respond to is sent again.
    """

    def __init__(self, server: ModelServer, headers: dict[str, str], timeout: float, retries: int) -> None:
        self._server = server
        self._headers = headers
        self._timeout = timeout
        self._retries = retries
        self._thread_local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def send(self, payload: bytes) -> bytes:
        """Send one payload and return the response's body.

        Raises
        ------
        TransformError
            The server refused it, or responded to none of the attempts.
        """
        for _ in range(self._retries):
            try:
                return self._send_once(payload)
            except TransformError as error:
                if error.kind == "ClientError":
                    raise
            time.sleep(RETRY_SECONDS)
        return self._send_once(payload)

    def _send_once(self, payload: bytes) -> bytes:
        connection = self._connection()
        try:
            connection.request("POST", "/invocations", payload, self._headers)
            response = connection.getresponse()
            body = response.read()
        except TimeoutError as error:
            connection.close()
            raise TransformError(
                "AlgorithmError", f"{NO_RESPONSE}: it gave none within {self._timeout:g} seconds"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise TransformError("AlgorithmError", NO_RESPONSE) from error
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _error_response(response.status, body)
        return body

    def _connection(self) -> http.client.HTTPConnection:
        if not self._server.wait_until_healthy(RESTART_LIMIT_SECONDS):
            raise TransformError("AlgorithmError", f"{NO_RESPONSE}: the model server doesn't run")
        connection: http.client.HTTPConnection | None = getattr(self._thread_local, "connection", None)
        if connection is None or connection.port != self._server.port:
            connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=self._timeout)
            self._thread_local.connection = connection
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()


def _error_response(status: int, body: bytes) -> TransformError:
    text = body.decode("utf-8", errors="replace")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return TransformError("ClientError", f"ClientError: {status}\n\nMessage:\n{text}")
    first = f"Bad HTTP status received from algorithm: {status}"
    return TransformError("AlgorithmError", f"{first}\n\nMessage:\n{text}")


def send_in_order(
    payloads: Iterator[bytes], send: Callable[[bytes], bytes], max_concurrency: int
) -> Iterator[bytes]:
    """Send payloads concurrently and yield the responses in the order of the payloads.

    At most ``max_concurrency`` + 1 payloads are in memory, with their responses.
    """
    pending: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(max_concurrency) as pool:
        try:
            for payload in payloads:
                pending.append(pool.submit(send, payload))
                if len(pending) > max_concurrency:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
