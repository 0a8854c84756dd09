"""Counts that can't be written are refused with their row and column."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import recordio
from data_prep.recordio import RecordIOError

Encode = Callable[..., bytes]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.nan, "nan at row 1, column 2 .*NaN is not a count"),
        (np.inf, "inf at row 1, column 2 .*infinite"),
        (-1.0, "-1.0 at row 1, column 2 .*negative"),
        (1e300, "1e[+]300 at row 1, column 2 .*float32"),
        (2.0**24 + 1, "16777217.0 at row 1, column 2 .*float32"),
    ],
)
@pytest.mark.parametrize("layout", ["dense", "sparse"])
@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array, sparse.coo_matrix])
def test_an_invalid_count_is_refused_with_row_and_column(
    encoded: Encode, bad: float, message: str, layout: str, make: Any
) -> None:
    counts = np.ones((3, 4))
    counts[1, 2] = bad
    with pytest.raises(RecordIOError, match=message):
        encoded(make(counts), layout=layout)


def test_rows_are_numbered_across_blocks(encoded: Encode) -> None:
    counts = np.ones((70_000, 25), np.float32)
    counts[69_999, 24] = -2
    for matrix in (counts, sparse.csr_array(counts)):
        for layout in ("dense", "sparse"):
            with pytest.raises(RecordIOError, match="row 69999, column 24"):
                encoded(matrix, layout=layout)


@pytest.mark.parametrize(
    ("number", "fits"), [(2**24 + 2, True), (2**24 + 1, False), (2**63 - 1, False), (2**62, True)]
)
def test_large_integers_must_be_float32_exactly(encoded: Encode, number: int, fits: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    counts = np.array([[number]])
    if fits:
        assert recordio.read(io.BytesIO(encoded(counts)))[0, 0] == number
    else:
        with pytest.raises(RecordIOError, match=f"{number} at row 0, column 0"):
            encoded(counts)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.ones(3), "two dimensions"),
        (np.ones((2, 2), complex), "complex128"),
        (np.array([["a"]]), "<U1"),
        (np.array([[{}]]), "object"),
        (np.ma.masked_array(np.ones((1, 2)), [[True, False]]), "masked"),
    ],
)
def test_anything_but_a_matrix_of_numbers_is_refused(encoded: Encode, counts: Any, message: str) -> None:
    with pytest.raises(RecordIOError, match=message):
        encoded(counts)


@pytest.mark.parametrize("key", [4, -1])
def test_a_key_outside_the_vocabulary_is_refused_with_its_row(encoded: Encode, key: int) -> None:
    counts = sparse.csr_array((np.ones(3), np.array([0, 1, 2]), np.array([0, 1, 3])), shape=(2, 4))
    counts.indices[2] = key
    with pytest.raises(RecordIOError, match=f"Row 1 holds word {key}, outside a vocabulary of 4 words"):
        encoded(counts)
    entries = sparse.coo_array((np.ones(1), ([1], [0])), shape=(2, 4))
    entries.col[0] = key
    with pytest.raises(RecordIOError, match=f"Row 1 holds word {key}"):
        encoded(entries)


def test_a_sparse_matrix_that_contradicts_itself_is_refused(encoded: Encode) -> None:
    counts = sparse.csc_array(np.eye(3))
    counts.indices[1] = 9
    with pytest.raises(RecordIOError, match="contradicts itself"):
        encoded(counts)


def test_a_record_beyond_29_bits_is_refused_before_it_is_made(encoded: Encode) -> None:
    counts = sparse.csr_array((np.ones(1), [5], [0, 1]), shape=(1, 2**27))
    with pytest.raises(RecordIOError, match="at most 536870911"):
        encoded(counts, layout="dense")
    assert len(encoded(counts)) < 100


@pytest.mark.parametrize("labels", [np.ones(3), np.ones((2, 1)), np.array(["a", "b"]), np.array([0, np.nan])])
def test_labels_that_are_not_one_finite_number_each_are_refused(encoded: Encode, labels: Any) -> None:
    with pytest.raises(RecordIOError, match="label"):
        encoded(np.ones((2, 2)), labels=labels)


def test_an_unknown_layout_is_refused(encoded: Encode) -> None:
    with pytest.raises(RecordIOError, match="no layout 'best'; choose one of auto, dense, sparse"):
        encoded(np.ones((1, 1)), layout="best")


def test_a_sparse_row_that_ends_before_it_begins_is_refused(encoded: Encode) -> None:
    counts = sparse.csr_array((np.ones(3), np.array([0, 1, 2]), np.array([0, 2, 3])), shape=(2, 4))
    counts.indptr[1] = 4
    with pytest.raises(RecordIOError, match="row 1 ends before it begins"):
        encoded(counts)


def test_a_key_outside_the_vocabulary_is_refused_with_its_row_in_any_chunk(encoded: Encode) -> None:
    good = sparse.csr_array(np.eye(4))
    bad = good.copy()
    bad.indices[1] = 9
    with pytest.raises(RecordIOError, match="Row 5 holds word 9, outside a vocabulary of 4 words"):
        encoded(iter([good, bad]), layout="sparse")
