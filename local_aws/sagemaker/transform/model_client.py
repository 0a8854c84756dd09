"""What a transform job says to its model server: the execution parameters, and requests in their order.

docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
"""

import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local_aws.sagemaker.core.api_call import Record
from local_aws.sagemaker.hosting.model_server import PING_TIMEOUT_SECONDS, ModelServer
from local_aws.sagemaker.transform.payloads import MULTI_RECORD, SINGLE_RECORD, STRATEGIES

DEFAULT_PAYLOAD_MB = 6
RESTART_SECONDS = 10.0  # how long a request waits for a server that is being started again
RETRY_SECONDS = 0.2
UNABLE = "Unable to get response from algorithm"


class TransformError(Exception):
    """An object can't be transformed.

    Parameters
    ----------
    kind
        Whose mistake it is: ``ClientError`` or ``AlgorithmError``.
    message
        The lines for the job's data log.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def execution_parameters(server: ModelServer) -> dict[str, Any]:
    """Ask what the container would like to be sent; an empty answer where it has no opinion."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PING_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/execution-parameters")
        response = connection.getresponse()
        body = response.read()
        offered = json.loads(body) if response.status == HTTPStatus.OK else {}
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return offered if isinstance(offered, dict) else {}


@dataclass(frozen=True)
class Settings:
    """How records are sent: as the request says, else as the container would like it, else as ever."""

    at_once: int
    payload_mb: int
    strategy: str

    @classmethod
    def of(cls, job: Record, offered: Record) -> "Settings":
        """Return the settings of a job whose container offers these execution parameters."""
        single = offered.get("BatchStrategy") == STRATEGIES[SINGLE_RECORD]
        return cls(
            job.get("MaxConcurrentTransforms") or _positive(offered.get("MaxConcurrentTransforms"), 1),
            job.get("MaxPayloadInMB") or _positive(offered.get("MaxPayloadInMB"), DEFAULT_PAYLOAD_MB),
            job.get("BatchStrategy", SINGLE_RECORD if single else MULTI_RECORD),
        )

    def __str__(self) -> str:
        """Return what the job's data log says first."""
        return (
            f"MaxConcurrentTransforms={self.at_once}, MaxPayloadInMB={self.payload_mb}, "
            f"BatchStrategy={STRATEGIES[self.strategy]}"
        )


def _positive(offered: Any, default: int) -> int:
    return offered if isinstance(offered, int) and offered > 0 else default


class Invoker:
    """Sends payloads to a model server, on connections that stay open: one a thread.

    Parameters
    ----------
    server
        The model server.
    headers
        Content-Type and Accept.
    timeout
        Seconds that an answer may take.
    retries
        How often a request is sent again that the server couldn't answer.
    """

    def __init__(self, server: ModelServer, headers: dict[str, str], timeout: float, retries: int) -> None:
        self._server = server
        self._headers = headers
        self._timeout = timeout
        self._retries = retries
        self._own = threading.local()
        self._connections: list[http.client.HTTPConnection] = []

    def send(self, payload: bytes) -> bytes:
        """Send one payload and return the answer's body.

        Raises
        ------
        TransformError
            The server refused it, or didn't answer it in any of the attempts.
        """
        for _ in range(self._retries):
            try:
                return self._once(payload)
            except TransformError as error:
                if error.kind == "ClientError":
                    raise
            time.sleep(RETRY_SECONDS)
        return self._once(payload)

    def _once(self, payload: bytes) -> bytes:
        connection = self._connection()
        try:
            connection.request("POST", "/invocations", payload, self._headers)
            response = connection.getresponse()
            body = response.read()
        except TimeoutError as error:
            connection.close()
            raise TransformError(
                "AlgorithmError", f"{UNABLE}: it gave none within {self._timeout:g} seconds"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise TransformError("AlgorithmError", UNABLE) from error
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(response.status, body)
        return body

    def _connection(self) -> http.client.HTTPConnection:
        if not self._server.wait_until_healthy(RESTART_SECONDS):
            raise TransformError("AlgorithmError", f"{UNABLE}: the model server doesn't run")
        kept: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is None or kept.port != self._server.port:
            kept = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=self._timeout)
            self._own.connection = kept
            self._connections.append(kept)
        return kept

    def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            connection.close()


def _refusal(status: int, body: bytes) -> TransformError:
    text = body.decode("utf-8", errors="replace")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return TransformError("ClientError", f"ClientError: {status}\n\nMessage:\n{text}")
    first = f"Bad HTTP status received from algorithm: {status}"
    return TransformError("AlgorithmError", f"{first}\n\nMessage:\n{text}")


def in_order(payloads: Iterator[bytes], send: Callable[[bytes], bytes], at_once: int) -> Iterator[bytes]:
    """Send payloads, several at a time, and yield their answers in the payloads' order.

    At most ``at_once`` and one more are in memory, with their answers.
    """
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            for payload in payloads:
                waiting.append(pool.submit(send, payload))
                if len(waiting) > at_once:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
