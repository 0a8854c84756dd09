import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from common.bucket import Bucket
from data_prep import recordio
from inspect_transform.first_documents import FirstDocuments, read_first_documents

PREFIX = "datasets/mine/"
RECORDIO = "application/x-recordio-protobuf"


def read_all(fake_s3: Any, content_type: str, *contents: bytes) -> FirstDocuments:
    fake_s3.objects = {f"{PREFIX}{number:03}": content for number, content in enumerate(contents)}
    return read_first_documents(Bucket("data-bucket", fake_s3), list(fake_s3.objects), content_type)


@pytest.fixture
def read(fake_s3: Any) -> Callable[..., dict[str, int]]:
    def read(content_type: str, *contents: bytes) -> dict[str, int]:
        found = read_all(fake_s3, content_type, *contents)
        assert found.problems == []
        return found.widths

    return read


def dense_record(words: int) -> bytes:
    file = io.BytesIO()
    recordio.write(file, np.ones((1, words)))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content_type", "content", "words"),
    [
        ("text/csv", b"1,2,3\n1,2\n", 3),
        ("text/csv", b"\r\n1,2,3", 3),
        ("text/csv", b"1,2,3\r4,5,6\r", 3),
        ("text/csv", b"\n", None),
        ("application/jsonlines", b'{"features": [1, 0]}\n', 2),
        ("application/jsonlines", b'{"data": {"features": {"values": [1, 0, 2]}}}', 3),
        ("application/jsonlines", b'{"data": {"features": {"keys": [1], "shape": [9], "values": [2]}}}', 9),
        ("application/jsonlines", b'{"data": {"features": {"keys": [1], "values": [2]}}}', None),
    ],
)
def test_the_first_line_has_the_number_of_words(
    read: Callable[..., dict[str, int]], content_type: str, content: bytes, words: int | None
) -> None:
    assert list(read(content_type, content).values()) == ([words] if words else [])


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("text/csv", b"1," * 40_000 + b"1\n1,2\n"), (RECORDIO, dense_record(40_001))],
)
def test_a_first_document_longer_than_the_first_request_takes_a_second(
    read: Callable[..., dict[str, int]], fake_s3: Any, content_type: str, content: bytes
) -> None:
    assert list(read(content_type, content).values()) == [40_001]
    assert [call["Range"] for _, call in fake_s3.calls] == ["bytes=0-65535", "bytes=0-6291455"]


def test_a_line_longer_than_the_last_request_has_no_width(
    read: Callable[..., dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspect_transform.first_documents._HEAD_BYTES", (4, 8))
    assert read("text/csv", b"1,2,3,4,5,6\n") == {}


def test_of_many_objects_a_sample_is_read_from_the_first_on(
    read: Callable[..., dict[str, int]],
) -> None:
    found = read("text/csv", *[b"1,2\n"] * 390)
    assert len(found) == 20
    assert list(found)[:2] == [f"{PREFIX}000", f"{PREFIX}020"]


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("text/plain", "größer\n\n".encode()), ("application/jsonlines", b'{"id": 3, "text": "a b"}\n')],
)
def test_texts_have_no_number_of_words(fake_s3: Any, content_type: str, content: bytes) -> None:
    assert read_all(fake_s3, content_type, content) == FirstDocuments(texts=[f"{PREFIX}000"])


@pytest.mark.parametrize(
    ("content_type", "content", "sentence"),
    [
        (
            "text/csv",
            b"apple,bread\n1,2\n",
            "isn't CSV of counts: its first line has 'apple'. Every line is a",
        ),
        ("text/csv", b'1,"2"\n', "its first line has '\"2\"'."),
        ("text/csv", b"1,\n", "its first line has ''."),
        ("text/csv", b"1," + b"x" * 999 + b"\n", f"its first line has '{'x' * 40}'."),
        (
            "application/jsonlines",
            b"[1, 0, 2]\n",
            "isn't JSON lines of documents: its first line is '[1, 0, 2]'",
        ),
        ("application/jsonlines", b"{\n", "its first line is '{'."),
        ("application/jsonlines", b"5\n", "its first line is '5'."),
        ("application/jsonlines", b"[" * 100_000, f"its first line is '{'[' * 40}'."),
        ("application/jsonlines", b'{"text": 3}', "its first line is '{\"text\": 3}'."),
        ("text/plain", b"gr\xfc\xdfe\n", "isn't text in UTF-8: its first line has the byte 0xfc."),
    ],
)
def test_what_would_fail_in_a_paid_job_is_a_sentence(
    fake_s3: Any, content_type: str, content: bytes, sentence: str
) -> None:
    found = read_all(fake_s3, content_type, content, content)
    assert (found.widths, found.texts, len(found.problems)) == ({}, [], 1)
    assert found.problems[0].startswith(f"{PREFIX}000 isn't ")
    assert sentence in found.problems[0]
    assert found.problems[0].endswith(" 1 more of the objects that were read are no such documents.")
    assert len(found.problems[0]) < 300
