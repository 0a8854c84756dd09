import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_prep import recordio

Load = Callable[..., Any]
RECORDIO = "application/x-recordio-protobuf"
PREFIX = "datasets/mine/"


@pytest.fixture
def width(load: Load) -> Any:
    return load("inspect_transform.record").width


@pytest.fixture
def read(load: Load, fake_s3: Any) -> Callable[..., dict[str, int]]:
    bucket = load("inspect_transform.documents").Bucket("data-bucket", fake_s3)
    widths = load("inspect_transform.widths")

    def read(content_type: str, *contents: bytes) -> dict[str, int]:
        fake_s3.objects = {f"{PREFIX}{number:03}": content for number, content in enumerate(contents)}
        found: dict[str, int] = widths.read(bucket, list(fake_s3.objects), content_type, [])
        return found

    return read


def written(counts: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    recordio.write(file, counts, **options)
    return file.getvalue()


def framed(payload: bytes) -> bytes:
    return struct.pack("<II", 0xCED7230A, len(payload)) + payload


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    words=st.integers(1, 400),
    # SageMaker wants a shape with keys, and so does the writer.
    options=st.sampled_from([("dense", True), ("dense", False), ("sparse", True)]),
    dtype=st.sampled_from([np.float32, np.float64, np.int32]),
)
def test_a_record_says_its_width_by_its_shape_or_when_dense_by_its_length(
    width: Any, words: int, options: tuple[str, bool], dtype: Any
) -> None:
    layout, shape = options
    counts = np.arange(words, dtype=dtype)[None, :]
    assert width(written(counts, layout=layout, shape=shape)) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sdk-dense-float32", 25),
        ("sdk-dense-float64", 25),
        ("sdk-dense-int64", 25),
        ("sdk-dense-labels", 25),
        ("notebook-dense", 25),
        ("sdk-sparse", 40000),
        ("mxnet-sparse-magic-in-keys", None),
    ],
)
def test_the_records_of_every_writer_are_read(width: Any, golden: Path, name: str, words: int | None) -> None:
    assert width((golden / f"{name}.pbr").read_bytes()) == words


def message(*fields: tuple[int, bytes]) -> bytes:
    return b"".join(bytes([number << 3 | 2, len(content)]) + content for number, content in fields)


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (message((1, b"0000"), (2, b"\x03")), None),
        (message((1, b"")), None),
        (message((1, b"0000"), (2, b"\x03"), (3, b"\xac\x02")), 300),
        (message((1, b"00000000")) + b"\x0d0000", 3),
        (message((1, b"0000")) + b"\x18\x07", 7),
    ],
    ids=["keys without a shape", "no words", "keys and a shape", "values partly unpacked", "unpacked shape"],
)
def test_a_record_that_leaves_its_width_open_says_nothing(
    width: Any, tensor: bytes, words: int | None
) -> None:
    record = message((1, message((1, b"values"), (2, message((2, tensor))))))
    assert width(framed(record)) == words


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60) | st.binary(max_size=60).map(framed))
def test_what_is_no_record_says_nothing_and_is_no_error(width: Any, data: bytes) -> None:
    found = width(data)
    assert found is None or isinstance(found, int)


def test_a_record_cut_short_says_nothing(width: Any) -> None:
    whole = written(np.ones((1, 50))).rstrip(b"\0")
    assert [width(whole[:length]) for length in range(len(whole))] == [None] * len(whole)


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
def test_the_first_line_says_how_many_words_there_are(
    read: Callable[..., dict[str, int]], content_type: str, content: bytes, words: int | None
) -> None:
    assert list(read(content_type, content).values()) == ([words] if words else [])


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("text/csv", b"1," * 40_000 + b"1\n1,2\n"), (RECORDIO, written(np.ones((1, 40_001))))],
)
def test_a_first_document_longer_than_the_first_request_takes_a_second(
    read: Callable[..., dict[str, int]], fake_s3: Any, content_type: str, content: bytes
) -> None:
    assert list(read(content_type, content).values()) == [40_001]
    assert [call["Range"] for _, call in fake_s3.calls] == ["bytes=0-65535", "bytes=0-6291455"]


def test_a_line_that_the_requests_cut_off_says_nothing(
    read: Callable[..., dict[str, int]], load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("inspect_transform.widths"), "_HEADS", (4, 8))
    assert read("text/csv", b"1,2,3,4,5,6\n") == {}


def test_of_many_objects_a_few_are_looked_at_from_the_first_on(
    read: Callable[..., dict[str, int]],
) -> None:
    found = read("text/csv", *[b"1,2\n"] * 390)
    assert len(found) == 20
    assert list(found)[:2] == [f"{PREFIX}000", f"{PREFIX}020"]
