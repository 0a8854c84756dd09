from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep.dataset.validation import check_counts

MAKERS = [np.asarray, sparse.csr_array, sparse.coo_matrix]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (0.5, "0.5 at row 1, column 2 .*fractional"),
        (1 + 1e-12, "row 1, column 2 .*fractional"),
        (-3, "-3.0 at row 1, column 2 .*negative"),
        (np.nan, "nan at row 1, column 2 .*NaN"),
        (np.inf, "inf at row 1, column 2 .*infinite"),
    ],
)
def test_an_invalid_count_is_refused_with_row_and_column(make: Any, bad: float, message: str) -> None:
    counts = np.ones((3, 4))
    counts[1, 2] = bad
    with pytest.raises(ValueError, match=message):
        check_counts(make(counts))


@pytest.mark.parametrize("make", MAKERS)
def test_valid_counts_are_returned_unchanged(make: Any) -> None:
    counts = np.array([[0, 3], [2**24 + 2, 0], [0, 0]])
    checked = check_counts(make(counts))
    assert np.array_equal(checked if isinstance(checked, np.ndarray) else checked.toarray(), counts)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.zeros((0, 5)), "empty: 0 documents over 5 words"),
        (np.zeros((5, 0)), "empty: 5 documents over 0 words"),
        (np.zeros((2, 2)), "no document holds a word"),
        (sparse.csr_array((2, 2)), "no document holds a word"),
    ],
)
def test_an_empty_corpus_is_refused(counts: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_counts(counts)
