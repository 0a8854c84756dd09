import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from common.bucket import Bucket
from data_prep import recordio
from inspect_transform.document_widths import read_widths

PREFIX = "datasets/mine/"
RECORDIO = "application/x-recordio-protobuf"


@pytest.fixture
def read(fake_s3: Any) -> Callable[..., dict[str, int]]:
    def read(content_type: str, *contents: bytes) -> dict[str, int]:
        fake_s3.objects = {f"{PREFIX}{number:03}": content for number, content in enumerate(contents)}
        widths, problems = read_widths(Bucket("data-bucket", fake_s3), list(fake_s3.objects), content_type)
        assert problems == []
        return widths

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
        ("application/jsonlines", b"[" * 100_000, None),
        ("application/jsonlines", b"{\n", None),
        ("application/jsonlines", b"5\n", None),
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
    monkeypatch.setattr("inspect_transform.document_widths._HEAD_BYTES", (4, 8))
    assert read("text/csv", b"1,2,3,4,5,6\n") == {}


def test_of_many_objects_a_sample_is_read_from_the_first_on(
    read: Callable[..., dict[str, int]],
) -> None:
    found = read("text/csv", *[b"1,2\n"] * 390)
    assert len(found) == 20
    assert list(found)[:2] == [f"{PREFIX}000", f"{PREFIX}020"]
