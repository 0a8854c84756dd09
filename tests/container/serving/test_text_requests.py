"""Requests of texts: topics, unknown tokens, the words of topics, and models that know no words."""

import http.client
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spectral_lda import Model

# conftest.Server: test files can't import it.
Server = Any
TEXTS = ["Apples? The apple, the BREAD.", "dog cat\u2019s cat", "unbekannte W\u00f6rter", ""]
COUNTS = np.array([[1, 1, 0, 0], [0, 0, 2, 1]])
BODIES = {
    "text/plain": "\n".join(TEXTS) + "\n",
    "text/plain; charset=utf-8": "\r\n".join([*TEXTS, ""]),
    "application/json": json.dumps({"instances": [{"text": text} for text in TEXTS]}),
    "application/jsonlines": "".join(json.dumps({"id": "x", "text": text}) + "\n" for text in TEXTS),
}


@pytest.mark.parametrize("content_type", BODIES)
def test_texts_get_the_mixtures_of_their_counts(text_server: Server, model: Model, content_type: str) -> None:
    status, response = text_server.invoke(BODIES[content_type].encode(), content_type)
    assert status == 200, response
    *known, unknown, empty = json.loads(response)["predictions"]
    expected = model.topic_mixtures(COUNTS).astype(np.float32)
    np.testing.assert_allclose([row["topic_mixture"] for row in known], expected, atol=1e-6)
    assert [(row["tokens"], row["unknown_tokens"]) for row in known] == [(3, 1), (3, 0)]
    message = "The model knows no word of this text, so there are no topics."
    assert unknown == {"topic_mixture": None, "tokens": 2, "unknown_tokens": 2, "message": message}
    assert empty == {"topic_mixture": None, "tokens": 0, "unknown_tokens": 0, "message": message}


def test_one_text_is_a_body_of_json(text_server: Server) -> None:
    status, response = text_server.invoke(json.dumps({"text": "a cat\n\na dog"}), "application/json")
    assert status == 200, response
    [row] = json.loads(response)["predictions"]
    assert (row["tokens"], row["unknown_tokens"]) == (2, 0)


def test_jsonlines_have_a_line_per_text(text_server: Server) -> None:
    _, response = text_server.invoke("cat\nxyz\n", "text/plain", Accept="application/jsonlines")
    lines = [json.loads(line) for line in response.splitlines()]
    assert [line["topic_mixture"] is None for line in lines] == [False, True]


@pytest.mark.parametrize(("content_type", "body"), [("text/plain", "cat"), ("text/csv", "0,0,1,0")])
def test_the_words_of_the_topics_are_returned_if_asked(
    text_server: Server, content_type: str, body: str
) -> None:
    status, response = text_server.invoke(body, content_type, Accept="application/json; words=2")
    assert status == 200, response
    first, second = json.loads(response)["topics"]
    assert first == {"id": 0, "words": ["apple", "bread"]}
    assert (second["id"], set(second["words"])) == (1, {"cat", "dog"})


def test_counts_get_the_same_response_as_of_a_model_without_words(
    server: Server, text_server: Server
) -> None:
    for body, content_type in (
        ("1,0,2,0\n0,0,0,0", "text/csv"),
        ('{"features":[1,2,3,4]}', "application/jsonlines"),
    ):
        assert text_server.invoke(body, content_type) == server.invoke(body, content_type)


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "message"),
    [
        (b"B\xe4r", "text/plain", "*/*", 400, "Line 1, byte 2 of the body is 0xe4, which is not UTF-8"),
        (b"a", "text/plain; charset=latin-1", "*/*", 415, "Only UTF-8 is supported"),
        (b"a", "text/plain", "application/x-recordio-protobuf", 406, "no place for unknown tokens"),
        (b"a", "text/plain", "application/json;words=0", 406, "a number from 1 to 100"),
        (b"x" * 6_291_457, "text/plain", "*/*", 413, "The body has 6291457 bytes"),
    ],
)
def test_other_requests_of_texts_are_rejected(
    text_server: Server, body: bytes, content_type: str, accept: str, status: int, message: str
) -> None:
    actual, response = text_server.invoke(body, content_type, Accept=accept)
    assert (actual, message in response.decode()) == (status, True), response


def test_a_body_of_the_largest_size_is_counted(text_server: Server) -> None:
    body = b"cat dog bread\n" * (6_291_456 // 14)
    status, response = text_server.invoke(body, "text/plain", Accept="application/jsonlines")
    assert status == 200
    assert set(response.splitlines()) == {response.splitlines()[0]}
    assert len(response.splitlines()) == 6_291_456 // 14


@pytest.mark.parametrize(
    ("body", "content_type", "accept", "status", "message"),
    [
        ("cat", "text/plain", "*/*", 415, "The model was learned from counts"),
        ('{"text": "cat"}', "application/json", "*/*", 400, "The model was learned from counts"),
        ('{"text": "cat"}\n', "application/jsonlines", "*/*", 400, "The model was learned from counts"),
        ("1,2,3,4", "text/csv", "application/json;words=3", 406, "The model has no vocabulary.txt"),
    ],
)
def test_a_model_of_counts_says_that_it_knows_no_words(
    server: Server, body: str, content_type: str, accept: str, status: int, message: str
) -> None:
    actual, response = server.invoke(body, content_type, Accept=accept)
    assert (actual, message in response.decode()) == (status, True), response


def worker_of(server: Server, connection: http.client.HTTPConnection) -> int:
    """Return the process that holds the other end of a connection."""
    port = connection.sock.getsockname()[1]
    ends = f"0100007F:{server.port:04X} 0100007F:{port:04X} 01"
    [inode] = [
        line.split()[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if " ".join(line.split()[1:4]) == ends
    ]
    master = server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return next(int(pid) for pid in children if f"socket:[{inode}]" in open_files(pid))


def open_files(pid: str) -> Iterator[str]:
    """What a process has open; it may open and close more meanwhile."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(link.readlink())


def test_every_worker_counts_texts_concurrently(text_server: Server) -> None:
    """A thread pool that was started before the fork would wait for ever for its threads."""
    master = text_server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    answered: set[int] = set()
    failed: list[Any] = []

    def ask() -> None:
        with text_server.connect() as connection:
            for _ in range(20):
                connection.request("POST", "/invocations", "cat dog\nxyz", {"Content-Type": "text/plain"})
                response = connection.getresponse()
                answered.add(worker_of(text_server, connection))
                if response.status != 200 or b'"unknown_tokens":1' not in response.read():
                    failed.append(response.status)

    for _ in range(20):
        clients = [threading.Thread(target=ask) for _ in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        if len(answered) == len(children):
            break
    assert (failed, answered) == ([], set(map(int, children)))


def test_the_process_that_forks_does_not_load_the_engine_of_texts(text_server: Server) -> None:
    master = text_server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    loaded = ["polars" in Path(f"/proc/{pid}/maps").read_text() for pid in (master, *children)]
    assert loaded == [False] + [True] * len(children)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vocabulary.txt", b"apple\nbread\n", "vocabulary.txt has 2 words; the model's documents have 4"),
        (
            "vocabulary.txt",
            b"apple\nbread\nc\xe4t\ndog\n",
            "vocabulary.txt, line 3, byte 13: this isn't UTF-8",
        ),
        ("vocabulary.txt", b"apple\nbread\ncat\ncow\n", "preparation.json belongs to another vocabulary"),
        ("preparation.json", b"{}", "preparation.json isn't the preparation of a text"),
        ("preparation.json", b" " * (2**20 + 1), "preparation.json has more than 1048576 bytes"),
    ],
)
def test_invalid_files_next_to_the_model_prevent_the_start(
    tmp_path: Path, model: Model, preparation: Any, name: str, content: bytes, message: str
) -> None:
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model" / "model_algo-1")
    preparation.save(tmp_path / "model")
    (tmp_path / "model" / name).write_bytes(content)
    ended = subprocess.run(
        [sys.executable, "-m", "container.serve"],
        cwd=Path(__file__).parents[3],
        env={"PATH": "", "SAGEMAKER_BASE_DIR": str(tmp_path), "SAGEMAKER_BIND_TO_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "The model server can't start: " in ended.stderr
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_vocabulary_without_a_preparation_has_words_but_takes_no_texts(
    start_server: Callable[[Path], Server], tmp_path: Path, model: Model
) -> None:
    (tmp_path / "model").mkdir()
    model.save(tmp_path / "model" / "model_algo-1")
    (tmp_path / "model" / "vocabulary.txt").write_text("a\nb\nc\nd\n")
    server = start_server(tmp_path)
    _, response = server.invoke("1,2,3,4", Accept="application/json;words=1")
    assert json.loads(response)["topics"][0] == {"id": 0, "words": ["a"]}
    assert server.invoke("cat", "text/plain")[0] == 415
