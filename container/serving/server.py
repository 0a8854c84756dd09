"""SageMaker's inference contract, as an ASGI application: GET /ping and POST /invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import numpy as np

from container.contract.content_types import parse_content_type
from container.contract.errors import RefusedError
from container.formats.documents import PARSERS, parse_documents
from container.formats.responses import WRITERS, choose_type
from container.serving.exchange import Exchange, Message, Receive, Send
from spectral_lda import Model

ROUTES = {"/ping": "GET", "/invocations": "POST"}
# Requests that one process computes at a time, at most: there is a process for each core, but which of them a
# connection comes to is chance, and one whose neighbours are idle may use their cores.
MOST_THREADS = 4


class ModelServer:
    """Answers from one model, which all requests read and none changes."""

    def __init__(self, model: Model) -> None:
        self._model = model
        # Beside the event loop, which goes on answering pings. The threads start with the first request, and
        # so after the forks.
        self._threads = ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        exchange = Exchange(scope, receive, send)
        try:
            await self._respond(exchange)
        except RefusedError as refused:
            await exchange.refuse(refused)
        except ConnectionError as error:
            exchange.log(f"The caller went away: {error}")
        except Exception as error:  # noqa: BLE001 -- one request must not end the server
            exchange.log(f"An error in the program: {error!r}")
            sentence = "The server failed on this request; its log says why."
            await exchange.refuse(RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, sentence))

    async def _respond(self, exchange: Exchange) -> None:
        body = await exchange.read_body()
        _check_route(exchange)
        if exchange.path == "/ping":
            await exchange.answer(HTTPStatus.OK, None, b"")
            return
        accept = choose_type(exchange.header("accept"))
        if accept is None:
            raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, f"The answer comes as {', '.join(WRITERS)}.")
        content_type = _content_type(exchange)
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(
            self._threads, answer_documents, self._model, content_type, accept, body
        )
        await exchange.answer(HTTPStatus.OK, accept, answer)


def answer_documents(model: Model, content_type: str, accept: str, body: bytes) -> bytes:
    """Return the topic mixtures of a body's documents in the accepted type.

    Raises
    ------
    RefusedError
        The body holds no documents; the sentence says where.
    """
    try:
        documents = parse_documents(content_type, body, model.beta.shape[1])
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, str(error)) from error
    return WRITERS[accept](model.topic_mixtures(documents).astype(np.float32))


def _check_route(exchange: Exchange) -> None:
    method = ROUTES.get(exchange.path)
    if method is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, f"Unknown path; there are {' and '.join(ROUTES)}.")
    if exchange.method != method:
        sentence = f"{exchange.path} takes {method}, not {exchange.method}."
        raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, sentence, allow=method)


def _content_type(exchange: Exchange) -> str:
    given = exchange.header("content-type") or ""
    try:
        content_type = parse_content_type(given)
    except ValueError as error:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error)) from error
    if content_type not in PARSERS or exchange.header("content-encoding") not in {None, "identity"}:
        sentence = (
            f"The Content-Type {given!r} is unknown or encoded; documents come as {', '.join(PARSERS)}."
        )
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)
    return content_type
