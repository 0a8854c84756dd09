"""Random and damaged requests get the right response, and the server continues."""

import io
import json
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from container.contract.content_types import CSV, JSON, JSONLINES, RECORDIO, TEXT
from container.contract.text_files import Text
from container.formats.documents import PARSERS
from container.formats.responses import ENCODERS, negotiate_type
from container.serving.http_exchange import RequestError
from container.serving.served_model import NO_TEXT, ServedModel
from container.serving.server import predict
from data_prep import recordio
from spectral_lda import Model

# conftest.Server: test files can't import it.
Server = Any
WORDS = 4
ALLOWED = {200, 400, 406, 411, 413, 415}
many_examples = settings(max_examples=150)


def as_csv(counts: Any) -> bytes:
    return "\n".join(",".join(map(str, row)) for row in counts.tolist()).encode()


def as_json(counts: Any) -> bytes:
    return json.dumps({"instances": [{"features": row} for row in counts.tolist()]}).encode()


def as_jsonlines(counts: Any) -> bytes:
    rows = [{"data": {"features": {"values": row}}} for row in counts.tolist()]
    return "\n".join(map(json.dumps, rows)).encode()


def as_recordio(counts: Any) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(action="ignore", category=recordio.EmptyDocumentWarning):
        recordio.write(buffer, counts)
    return buffer.getvalue()


REQUEST_ENCODERS = {CSV: as_csv, JSON: as_json, JSONLINES: as_jsonlines, RECORDIO: as_recordio}
counts = arrays(
    np.float32, st.tuples(st.integers(1, 4), st.just(WORDS)), elements=st.integers(0, 99).map(float)
)
valid = st.tuples(st.sampled_from(sorted(REQUEST_ENCODERS)), counts).map(
    lambda pair: (pair[0], REQUEST_ENCODERS[pair[0]](pair[1]))
)


@st.composite
def damaged(draw: st.DrawFn, valid: st.SearchStrategy[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Draw a valid body with some bytes removed and others inserted."""
    content_type, body = draw(valid)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        stop = draw(st.integers(start, min(len(body), start + 8)))
        inserted = draw(
            st.binary(max_size=4)
            | st.sampled_from([b",", b"\n", b"-1", b"1e999", b"NaN", b"[", b"null", b'"', b"\\ud800"])
        )
        body = body[:start] + inserted + body[stop:]
    return content_type, body


bodies = valid | damaged(valid) | st.tuples(st.sampled_from(sorted(PARSERS)), st.binary(max_size=300))
texts = st.lists(
    st.text(max_size=20) | st.lists(st.sampled_from(["Apple", "dog's", "the", "\u732b"])).map(" ".join),
    min_size=1,
    max_size=4,
)
valid_texts = texts.map(lambda found: (TEXT, "\n".join(found).encode())) | texts.map(
    lambda found: (JSON, json.dumps({"instances": [{"text": text} for text in found]}).encode())
)
text_bodies = bodies | valid_texts | damaged(valid_texts)


def expected_response(model: ServedModel, content_type: str, accept: str, body: bytes) -> tuple[int, bytes]:
    accepted = negotiate_type(accept)
    assert accepted is not None
    if content_type == TEXT and not model.takes_text:
        return 415, f"{NO_TEXT}\n".encode()
    try:
        return 200, predict(model, content_type, accepted, body)
    except RequestError as error:
        return int(error.status), f"{error}\n".encode()


@many_examples
@given(bodies | valid_texts, st.sampled_from([*ENCODERS, "*/*"]))
def test_any_body_gets_the_response_computed_in_this_process(
    server: Server, model: Model, request_: tuple[str, bytes], accept: str
) -> None:
    expected = expected_response(ServedModel(model), request_[0], accept, request_[1])
    assert server.invoke(request_[1], request_[0], Accept=accept) == expected


@many_examples
@given(text_bodies, st.sampled_from([*ENCODERS, "*/*", "application/json;words=2"]))
def test_any_body_gets_the_response_of_a_model_of_text(
    text_server: Server, model: Model, text: Text, request_: tuple[str, bytes], accept: str
) -> None:
    expected = expected_response(ServedModel(model, text), request_[0], accept, request_[1])
    assert text_server.invoke(request_[1], request_[0], Accept=accept) == expected


header_text = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40
)
headers = st.dictionaries(
    st.sampled_from(
        ["Accept", "Content-Encoding", "Transfer-Encoding", "Content-Length", "Expect", "Connection"]
    ),
    header_text
    | st.sampled_from(
        ["identity", "chunked", "gzip", "close", "100-continue", "7", "-1", "9999999999", "upgrade"]
    ),
    max_size=3,
)


@many_examples
@given(bodies, headers, header_text | st.sampled_from(sorted(PARSERS)))
def test_any_headers_get_a_response_without_a_server_error(
    server: Server, request_: tuple[str, bytes], headers: dict[str, str], content_type: str
) -> None:
    given_headers = {"Content-Length": str(len(request_[1])), **headers, "Content-Type": content_type}
    lines = [f"{name}: {value}" for name, value in given_headers.items()]
    head = "\r\n".join(["POST /invocations HTTP/1.1", *lines, "", ""])
    with server.raw(head.encode("latin-1") + request_[1]) as connection:
        connection.settimeout(0.3)
        try:
            response = connection.recv(65536)
        except (TimeoutError, ConnectionResetError):
            response = b""  # the server waits for the rest of the body, or has closed the connection
    assert not response or int(response.split()[1]) in ALLOWED | {100}
    assert server.ping() == 200


@many_examples
@given(
    st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda tail: b"POST /invocations HTTP/1.1\r\n" + tail)
)
def test_the_server_survives_any_bytes(server: Server, data: bytes) -> None:
    with server.raw(data):
        pass
    assert server.ping() == 200


@pytest.fixture(autouse=True)
def _server_survives(server: Server) -> Any:
    yield
    assert server.process.poll() is None
