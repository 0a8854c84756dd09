"""Invalid counts are rejected, with their row and column."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from spectral_lda import counts as module
from spectral_lda.counts import as_counts

MATRIX = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [3.0, 4.0, 0.0]])


@pytest.mark.parametrize(
    "form",
    [
        np.asarray,
        np.asfortranarray,
        lambda m: m.astype(np.uint8),
        lambda m: m.astype(">f4"),
        lambda m: m.astype(np.float16),
        lambda m: m.tolist(),
        sparse.csr_array,
        sparse.csc_matrix,
        sparse.coo_array,
        sparse.lil_array,
        sparse.dok_array,
    ],
)
def test_every_matrix_format_gives_the_same_counts(form: object) -> None:
    assert callable(form)
    assert np.array_equal(as_counts(form(MATRIX)).toarray(), MATRIX)


def test_the_input_is_not_changed() -> None:
    counts = sparse.csr_array(([2.0, 1.0, 0.0], [2, 0, 1], [0, 3]), shape=(1, 3))
    assert as_counts(counts).indices.tolist() == [0, 1, 2]
    assert counts.data.tolist() == [2.0, 1.0, 0.0]
    assert counts.indices.tolist() == [2, 0, 1]


@pytest.mark.parametrize("dtype", [np.float32, np.uint16, np.float64])
def test_sorted_rows_are_not_copied(dtype: type) -> None:
    counts = sparse.csr_array(MATRIX.astype(dtype))
    assert np.shares_memory(as_counts(counts).data, counts.data)


@pytest.mark.parametrize("entries", [[0, 0, 2], [2, 1, 1]])
def test_duplicate_entries_are_summed(entries: list[int]) -> None:
    counts = sparse.csr_array(([1, 2, 4], entries, [0, 3]), shape=(1, 3))
    assert as_counts(counts).toarray().tolist() == counts.toarray().tolist()
    assert as_counts(counts).nnz == 2


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.bool_, np.float32])
@pytest.mark.parametrize(
    ("form", "positions"),
    [
        (sparse.csr_matrix, ([1, 1, 1], [0, 3, 3])),
        (sparse.csc_array, ([0, 0, 0], [0, 0, 3])),
        (sparse.coo_array, ([[0, 0, 0], [1, 1, 1]],)),
    ],
)
def test_duplicate_entries_are_summed_beyond_their_type(form: Any, positions: Any, dtype: type) -> None:
    values: Any = np.full(3, 2**24 - 1 if dtype == np.float32 else 100).astype(dtype)
    counted = as_counts(form((values, *positions), shape=(2, 2))).toarray()
    assert counted.tolist() == [[0, 3 * float(values[0])], [0, 0]]


def test_a_column_beyond_the_vocabulary_is_located() -> None:
    counts = sparse.csr_array((2, 3))
    counts.data, counts.indices, counts.indptr = np.ones(1), np.array([3]), np.array([0, 0, 1])
    with pytest.raises(ValueError, match="Row 1 has a count in column 3, but there are 3 columns"):
        as_counts(counts)


def test_the_first_invalid_count_of_many_rows_is_located(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TASK_VALUES", 4)
    counts = np.ones((50, 3))
    counts[[20, 41]] = -1
    with pytest.raises(ValueError, match="in row 20, column 0 is negative"):
        as_counts(counts)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1.0, r"The count -1.0 in row 2, column 1 is negative\."),
        (0.5, r"The count 0.5 in row 2, column 1 is not a whole number"),
        (np.nan, r"The count nan in row 2, column 1 is not finite\."),
        (np.inf, r"The count inf in row 2, column 1 is not finite\."),
        (1e30, r"The count 1e\+30 in row 2, column 1 is too large to be a count\."),
    ],
)
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.csc_array])
def test_an_invalid_count_is_located(form: object, value: float, message: str) -> None:
    assert callable(form)
    counts = MATRIX.copy()
    counts[2, 1] = value
    with pytest.raises(ValueError, match=message):
        as_counts(form(counts))


def test_fractions_are_accepted_as_weights() -> None:
    assert as_counts([[0.5, 0.25]], whole=False).toarray().tolist() == [[0.5, 0.25]]


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2], r"two dimensions, documents by words; these have the shape \(2,\)"),
        ([[[1]]], r"these have the shape \(1, 1, 1\)"),
        ([["a"]], "counts must be numbers"),
        (np.ma.masked_equal([[1, 2]], 2), "a masked array, which has no counts where it is masked"),
        ([[1j]], "counts must be numbers"),
    ],
)
def test_input_that_is_not_a_numeric_matrix_is_rejected(counts: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_counts(counts)
