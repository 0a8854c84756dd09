"""Counts are unchanged after writing and reading, and the fast decoder agrees with protobuf on any bytes."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from data_prep import recordio
from data_prep.recordio import RecordIOError
from data_prep.recordio.decoder import document

Encode = Callable[..., bytes]
pytestmark = pytest.mark.filterwarnings("ignore::data_prep.recordio.EmptyDocumentWarning")
often = settings(max_examples=150)
widths = st.sampled_from([0, 1, 2, 31, 127, 128, 129, 16384, 16385, 40000, 2**21 + 1])


def dense(counts: Any) -> Any:
    return counts if isinstance(counts, np.ndarray) else counts.toarray()


@st.composite
def sparse_matrices(draw: st.DrawFn) -> Any:
    rows, width = draw(st.integers(0, 8)), draw(widths)
    entries = []
    if rows and width:
        places = st.tuples(st.integers(0, rows - 1), st.integers(0, width - 1))
        entries = draw(st.lists(st.tuples(places, st.integers(1, 300)), max_size=60))
    matrix = sparse.lil_array((rows, width), dtype=np.float32)
    for place, count in entries:
        matrix[place] = count
    return matrix.tocsr()


@often
@given(counts=sparse_matrices(), multipart=st.booleans(), labelled=st.booleans())
def test_sparse_counts_are_unchanged_after_a_round_trip(
    encoded: Encode,
    counts: Any,
    multipart: bool,  # noqa: FBT001 -- drawn
    labelled: bool,  # noqa: FBT001 -- drawn
) -> None:
    labels = np.arange(counts.shape[0]) if labelled else None
    content = encoded(counts, layout="sparse", multipart=multipart, labels=labels)
    again = recordio.read(io.BytesIO(content))
    if counts.shape[0]:
        assert again.shape == counts.shape
        assert (sparse.csr_array(again) != counts).nnz == 0


@often
@given(
    rows=st.integers(1, 6),
    width=st.integers(0, 200),
    seed=st.integers(0, 2**32 - 1),
    shape=st.booleans(),
    multipart=st.booleans(),
)
def test_dense_counts_are_unchanged_after_a_round_trip(
    encoded: Encode,
    rows: int,
    width: int,
    seed: int,
    shape: bool,  # noqa: FBT001 -- drawn
    multipart: bool,  # noqa: FBT001 -- drawn
) -> None:
    random = np.random.default_rng(seed)
    counts = np.abs(random.integers(0, 2**31, (rows, width)).astype("u4").view("f4"))
    counts[~np.isfinite(counts) | (counts > 2**24)] = 0
    content = encoded(counts, layout="dense", shape=shape, multipart=multipart)
    assert np.array_equal(dense(recordio.read(io.BytesIO(content))), counts)


def test_counts_of_many_blocks_are_unchanged_after_a_round_trip(encoded: Encode) -> None:
    random = np.random.default_rng(1)
    counts = sparse.random_array((20_000, 3000), density=0.01, rng=random, dtype=np.float32).tocsr()
    assert (recordio.read(io.BytesIO(encoded(counts))) != counts).nnz == 0
    full = random.poisson(3, (50_000, 25))
    assert np.array_equal(recordio.read(io.BytesIO(encoded(full, layout="dense"))), full)


def by_protobuf(content: bytes) -> list[dict[int, float]] | None:
    """Every document as protobuf reads it; None if any is refused."""
    try:
        documents = [document(r, "here") for r in recordio.iter_records(io.BytesIO(content))]
    except RecordIOError:
        return None
    if len({vector.width for vector in documents}) > 1:
        return None
    rows: list[dict[int, float]] = []
    for vector in documents:
        keys = range(vector.width) if vector.keys is None else vector.keys.tolist()
        rows.append({})
        for key, value in zip(keys, vector.values.tolist(), strict=True):
            rows[-1][key] = rows[-1].get(key, 0) + value
    return rows


def by_array(content: bytes) -> list[dict[int, float]] | None:
    try:
        counts = recordio.read(io.BytesIO(content))
    except RecordIOError:
        return None
    if isinstance(counts, np.ndarray):
        return [dict(enumerate(row.tolist())) for row in counts]
    rows = (counts[[row]] for row in range(counts.shape[0]))
    return [dict(zip(row.indices.tolist(), row.data.tolist(), strict=True)) for row in rows]


def without_zeros(rows: list[dict[int, float]] | None) -> Any:
    return rows and [{key: repr(value) for key, value in row.items() if value != 0} for row in rows]


FILES = ["notebook-dense", "sdk-dense-float32", "sdk-dense-labels", "sdk-sparse", "sdk-sparse-magic-in-keys"]


@often
@given(data=st.data())
@pytest.mark.parametrize("name", FILES)
def test_the_array_decoder_and_protobuf_agree_on_damaged_files(
    golden: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray((golden / f"{name}.pbr").read_bytes())
    positions = st.integers(0, len(content) - 1) | st.integers(0, 40)
    for position, byte in data.draw(st.lists(st.tuples(positions, st.integers(0, 255)), max_size=3)):
        content[min(position, len(content) - 1)] = byte
    cut = data.draw(st.none() | st.integers(0, len(content)))
    damaged = bytes(content[:cut])
    with np.errstate(all="ignore"):
        assert without_zeros(by_array(damaged)) == without_zeros(by_protobuf(damaged))
