import io
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from common import protobuf
from common.recordio import (
    MAGIC,
    Document,
    IncompleteError,
    RecordDocument,
    RecordError,
    read_documents,
)
from data_prep import recordio

MAGIC_BYTES = struct.pack("<I", MAGIC)


def record(value: bytes) -> bytes:
    """Return a record whose feature named values has this value."""
    entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
    payload = b"\x0a" + bytes([len(entry)]) + entry
    return MAGIC_BYTES + struct.pack("<I", len(payload)) + payload + bytes(-len(payload) % 4)


def dense(document: Document, words: int) -> np.ndarray:
    row = np.zeros(words)
    keys, values = document.sparse()
    row[keys] = values
    return row


@pytest.mark.parametrize(
    "name",
    ["sdk-dense-float32", "sdk-dense-float64", "sdk-dense-int64", "sdk-dense-labels", "notebook-dense"],
)
def test_every_dense_writer_is_read(golden: Path, name: str) -> None:
    expected = np.load(golden / "expected.npz")["dense"]
    found = list(read_documents((golden / f"{name}.pbr").read_bytes()))
    assert np.array_equal([dense(document, 25) for document in found], expected.astype(np.float32))
    assert [document.problem(25) for document in found] == [None] * 6


def test_sparse_documents_are_read_including_the_empty_one(golden: Path) -> None:
    found = list(read_documents((golden / "sdk-sparse.pbr").read_bytes()))
    expected = recordio.read(golden / "sdk-sparse.pbr").toarray()
    assert np.array_equal([dense(document, 40000) for document in found], expected)
    assert [document.problem(40000) for document in found] == [None] * 7


@pytest.mark.parametrize("writer", ["mxnet", "sdk"])
def test_a_record_with_the_magic_in_its_content_is_read_whole(golden: Path, writer: str) -> None:
    (document,) = read_documents((golden / f"{writer}-sparse-magic-in-keys.pbr").read_bytes())
    assert document.keys == [0, 1, 10, 35, 26455]
    assert list(document.values) == [1.0] * 5


@pytest.mark.filterwarnings("ignore::data_prep.recordio.errors.EmptyDocumentWarning")
@settings(max_examples=50)
@given(
    counts=st.lists(st.lists(st.integers(0, 300), min_size=6, max_size=6), min_size=1, max_size=4),
    layout=st.sampled_from(["dense", "sparse"]),
    multipart=st.booleans(),
)
def test_records_of_data_prep_are_read(counts: list[list[int]], layout: str, *, multipart: bool) -> None:
    file = io.BytesIO()
    recordio.write(file, sparse.csr_array(np.array(counts)), layout=layout, multipart=multipart)
    found = list(read_documents(file.getvalue()))
    assert np.array_equal([dense(document, 6) for document in found], counts)
    assert [document.problem(6) for document in found] == [None] * len(counts)


def test_the_records_before_one_that_is_cut_are_read(golden: Path) -> None:
    content = (golden / "notebook-dense.pbr").read_bytes()
    assert len(list(read_documents(content[: 128 * 2 + 50]))) == 2


@pytest.mark.parametrize(("available", "needed"), [(3, 8), (100, 128)])
def test_the_error_of_a_truncated_record_has_the_bytes_needed(
    golden: Path, available: int, needed: int
) -> None:
    content = (golden / "notebook-dense.pbr").read_bytes()[:available]
    with pytest.raises(IncompleteError) as raised:
        list(read_documents(content))
    assert raised.value.needed == needed


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x1f\x8b\x08\x00" + bytes(8), "no RecordIO frame begins at byte 0"),
        (MAGIC_BYTES + struct.pack("<I", 2 << 29), "out of order"),
        (MAGIC_BYTES + struct.pack("<I", 4) + b"\x0a\xff\xff\xff", "holds no vector"),
        (MAGIC_BYTES + struct.pack("<I", 4) + b"\x1a\x02ab", "no feature named values"),
        (record(b"\x0a\x00"), "neither float32, float64 nor int32"),
        (record(b"\x12\x05\x0a\x03abc"), "holds no vector"),
    ],
)
def test_bytes_that_arent_a_record_are_refused_with_a_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        list(read_documents(content))


@pytest.mark.parametrize(
    ("keys", "values", "shape", "problem"),
    [
        (None, [1.0, 2.0], None, "has 2 values"),
        (None, [1.0, 2.0, 3.0], 4, "has 4 features"),
        ([0, 3], [1.0, 1.0], 3, "has the key 3"),
        ([0, 1], [1.0], 3, "has 2 keys but 1 values"),
    ],
)
def test_a_document_over_another_vocabulary_has_a_problem(
    keys: list[int] | None, values: list[float], shape: int | None, problem: str
) -> None:
    assert RecordDocument(keys, values, shape).problem(3) == problem


def test_unpacked_numbers_are_read() -> None:
    message = list(
        protobuf.fields(b"\x0d" + struct.pack("<f", 2.5) + b"\x10\x07\x10" + b"\xff" * 9 + b"\x01")
    )
    assert list(protobuf.floats(message, 1, "f")) == [2.5]
    assert protobuf.integers(message, 2) == [7, -1]
