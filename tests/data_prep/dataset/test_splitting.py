from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep import dataset


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_the_last_documents_are_for_testing(corpus: Any, make: Any) -> None:
    train, test = dataset.split(make(corpus), test_documents=4)
    assert (train.shape, test.shape) == ((16, 9), (4, 9))
    assert test.sum() == corpus[16:].sum()


@pytest.mark.parametrize(("fraction", "held_out"), [(0.2, 4), (0.01, 1), (0.5, 10)])
def test_a_test_fraction_is_rounded_to_at_least_one_document(
    corpus: Any, fraction: float, held_out: int
) -> None:
    assert len(dataset.split(corpus, test_fraction=fraction)[1]) == held_out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"test_documents": 20}, "20 test documents of 20 leave a split empty; between 1 and 19"),
        ({"test_documents": 0}, "0 test documents of 20"),
        ({"test_documents": -3}, "-3 test documents of 20"),
        ({"test_fraction": 1.0}, "between 0 and 1; it is 1.0"),
        ({"test_fraction": float("nan")}, "between 0 and 1; it is nan"),
        ({"test_fraction": 0.99}, "20 test documents of 20"),
        ({"test_fraction": -0.5}, "between 0 and 1; it is -0.5"),
        ({}, "either test_documents or test_fraction"),
        ({"test_documents": 2, "test_fraction": 0.1}, "either test_documents or test_fraction"),
    ],
)
def test_a_split_without_documents_is_refused(corpus: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataset.split(corpus, **arguments)


def test_splitting_checks_the_counts_first(corpus: Any) -> None:
    corpus[19, 8] = -1
    with pytest.raises(ValueError, match="row 19, column 8"):
        dataset.split(corpus, test_documents=4)


def test_a_single_document_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="a single document; one for training and one for testing"):
        dataset.split(np.ones((1, 3)), test_fraction=0.2)
