"""SageMaker's inference contract, as an ASGI application: GET /ping and POST /invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from container.contract.content_types import JSON, JSONLINES, RECORDIO, TEXT, parse_content_type
from container.formats.documents import PARSERS, parse_documents
from container.formats.responses import ENCODERS, Accepted, negotiate_type
from container.serving.http_exchange import HTTPExchange, Message, Receive, RequestError, Send
from container.serving.served_model import NO_TEXT, ServedModel

ROUTES = {"/ping": "GET", "/invocations": "POST"}
# Requests that one process computes concurrently. There is a process per core, but connections are
# distributed at random, and a process whose neighbours are idle may use their cores.
MAX_THREADS = 4


class ModelServer:
    """The ASGI application of one model, which requests only read."""

    def __init__(self, model: ServedModel) -> None:
        self._model = model
        # The event loop continues to answer pings. The threads start with the first request, after the forks.
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, MAX_THREADS))

    def start_engine(self) -> None:
        """Load what a process loads for itself, after the fork; see `ServedModel.start_engine`."""
        self._model.start_engine()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one request."""
        exchange = HTTPExchange(scope, receive, send)
        try:
            await self._respond(exchange)
        except RequestError as error:
            await exchange.reject(error)
        except ConnectionError as error:
            exchange.log(f"The client disconnected: {error}")
        except Exception as error:  # noqa: BLE001 -- one request must not end the server
            exchange.log(f"An error in the program: {error!r}")
            message = "The server failed on this request; the reason is in its log."
            await exchange.reject(RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, message))

    async def _respond(self, exchange: HTTPExchange) -> None:
        body = await exchange.read_body()
        _check_route(exchange)
        if exchange.path == "/ping":
            await exchange.respond(HTTPStatus.OK, None, b"")
            return
        accepted = _accepted(exchange, self._model)
        content_type = _content_type(exchange, self._model)
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(
            self._threads, predict, self._model, content_type, accepted, body
        )
        await exchange.respond(HTTPStatus.OK, accepted.type, response)


def predict(model: ServedModel, content_type: str, accepted: Accepted, body: bytes) -> bytes:
    """Return the topic mixtures of a body's documents in the accepted type.

    Raises
    ------
    RequestError
        The body contains no valid documents; the message names the place.
    """
    try:
        predictions = model.predict(parse_documents(content_type, body, model.model.beta.shape[1]))
    except ValueError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, str(error)) from error
    if accepted.type == RECORDIO and predictions.facts is not None:
        message = (
            f"The topics of texts are {JSON} or {JSONLINES}: {RECORDIO} has no place for unknown tokens."
        )
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, message)
    if accepted.words:
        predictions = predictions._replace(topics=[row[: accepted.words] for row in model.topic_words])
    return ENCODERS[accepted.type](predictions)


def _check_route(exchange: HTTPExchange) -> None:
    method = ROUTES.get(exchange.path)
    if method is None:
        raise RequestError(HTTPStatus.NOT_FOUND, f"Unknown path; the paths are {' and '.join(ROUTES)}.")
    if exchange.method != method:
        message = f"{exchange.path} accepts {method}, not {exchange.method}."
        raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, message, allow=method)


def _accepted(exchange: HTTPExchange, model: ServedModel) -> Accepted:
    try:
        accepted = negotiate_type(exchange.header("accept"))
    except ValueError as error:
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, str(error)) from error
    if accepted is None:
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, f"The response can be {', '.join(ENCODERS)}.")
    if accepted.words and model.text is None:
        message = "The model has no vocabulary.txt, so its topics have no words: leave words out of Accept."
        raise RequestError(HTTPStatus.NOT_ACCEPTABLE, message)
    return accepted


def _content_type(exchange: HTTPExchange, model: ServedModel) -> str:
    value = exchange.header("content-type") or ""
    try:
        content_type = parse_content_type(value)
    except ValueError as error:
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
    if content_type not in PARSERS or exchange.header("content-encoding") not in {None, "identity"}:
        message = f"The Content-Type {value!r} is unknown or encoded; documents can be {', '.join(PARSERS)}."
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    if content_type == TEXT and not model.takes_text:
        raise RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, NO_TEXT)
    return content_type
