"""All request formats give the same documents, and invalid bodies are rejected."""

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy import sparse

from container.contract.content_types import CSV, JSON, JSONLINES, RECORDIO
from container.contract.errors import DocumentError
from container.formats import csv_documents
from container.formats.documents import PARSERS, Documents, parse_documents
from data_prep import recordio

WORDS = 3
Counts = NDArray[np.float32]
weights = st.floats(0, 1e6, width=32).map(abs)
matrices = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(WORDS)), elements=weights)


def parsed(content_type: str, body: bytes) -> Any:
    documents = parse_documents(content_type, body, WORDS)
    assert not isinstance(documents, list)
    return documents.toarray()


def instance(row: Counts, form: int) -> Any:
    if form == 0:
        return {"features": row.tolist()}
    if form == 1:
        return {"data": {"features": {"values": row.tolist()}}}
    keys = np.flatnonzero(row)[::-1]
    return {"data": {"features": {"keys": keys.tolist(), "shape": [WORDS], "values": row[keys].tolist()}}}


def packed(counts: Any, layout: str) -> bytes:
    buffer = io.BytesIO()
    recordio.write(buffer, counts, layout=layout)
    return buffer.getvalue()


@given(matrices, st.lists(st.integers(0, 2), min_size=5, max_size=5))
def test_all_formats_give_the_same_documents(counts: Counts, forms: list[int]) -> None:
    items = [instance(row, form) for row, form in zip(counts, forms, strict=False)]
    bodies = [
        (JSON, json.dumps({"instances": items}).encode()),
        (JSONLINES, "\n\n".join(json.dumps(item) for item in items).encode()),
        (CSV, "\r\n".join(",".join(map(repr, row.tolist())) for row in counts).encode()),
    ]
    for content_type, body in bodies:
        assert np.array_equal(parsed(content_type, body), counts)


def test_recordio_gives_the_same_documents() -> None:
    counts = np.array([[1, 0, 2], [0, 3, 0.5]], np.float32)
    for layout in ("dense", "sparse"):
        body = packed(sparse.csr_array(counts), layout)
        assert np.array_equal(parsed(RECORDIO, body), counts)


def test_duplicate_keys_are_summed() -> None:
    body = b'{"data": {"features": {"keys": [1, 1, 0], "shape": [3], "values": [1, 2, 5]}}}'
    assert parsed(JSONLINES, body).tolist() == [[5, 3, 0]]


def test_duplicate_keys_with_too_large_a_sum_are_located() -> None:
    twice = '{"data": {"features": {"keys": [0, 2, 2], "shape": [3], "values": [1, 9007199254740992, 2]}}}'
    with pytest.raises(ValueError, match="in row 1, column 2 is too large to be a count"):
        parse_documents(JSONLINES, ('{"features": [1, 2, 3]}\n' + twice).encode(), WORDS)


def test_long_csv_is_parsed_in_batches_and_its_lines_are_numbered_through() -> None:
    lines = ["1,2,3"] * (csv_documents._BATCH_LINES + 5)
    assert parsed(CSV, "\n".join(lines).encode()).sum() == 6 * len(lines)
    lines[-2] = "1,2"
    try:
        parse_documents(CSV, "\n".join(lines).encode(), WORDS)
    except DocumentError as error:
        assert f"Line {len(lines) - 1} has 2 values" in str(error)  # noqa: PT017 -- the number is computed


def assert_documents(documents: Documents) -> None:
    if isinstance(documents, list):
        assert all(text.encode() is not None for text in documents)
    else:
        assert documents.shape[1] == WORDS


@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=200))
def test_any_bytes_are_documents_or_a_value_error(content_type: str, body: bytes) -> None:
    try:
        assert_documents(parse_documents(content_type, body, WORDS))
    except ValueError as error:
        assert str(error)  # noqa: PT017 -- no other error may come


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["instances", "data", "features", "values", "keys", "shape", "text"]), inner
            )
        ),
    )
)
def test_any_json_is_documents_or_a_value_error(value: Any) -> None:
    for content_type, body in ((JSON, {"instances": [value]}), (JSONLINES, value)):
        try:
            assert_documents(parse_documents(content_type, json.dumps(body).encode(), WORDS))
        except ValueError as error:
            assert str(error)  # noqa: PT017 -- no other error may come


@pytest.mark.parametrize("depth", [10, 900, 990, 1000, 1015, 1100, 100_000])
@pytest.mark.parametrize(
    "instance",
    ['{"features": [%s]}', '{"data": {"features": {"keys": [1], "shape": %s, "values": [1]}}}', "%s"],
)
def test_deeply_nested_json_is_rejected(instance: str, depth: int) -> None:
    body = instance % ("[" * depth + "]" * depth)
    with pytest.raises(DocumentError):
        parse_documents(JSONLINES, body.encode(), WORDS)
