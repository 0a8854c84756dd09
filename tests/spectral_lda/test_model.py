"""A model infers mixtures for every matrix format and rejects invalid documents."""

import numpy as np
import pytest
from scipy import sparse

import spectral_lda
from spectral_lda import Model

MODEL = Model(np.array([0.5, 0.5]), np.array([[0.9, 0.1, 0.0], [0.0, 0.2, 0.8]]))


def test_rows_sum_to_one_and_keep_the_order() -> None:
    mixtures = MODEL.topic_mixtures([[9, 1, 0], [0, 0, 0], [0, 2, 8]])
    np.testing.assert_allclose(mixtures.sum(axis=1), 1)
    assert mixtures[:, 0].argsort().tolist() == [2, 1, 0]


def test_fractional_weights_are_accepted() -> None:
    weights = [[0.9, 0.1, 0.0]]
    np.testing.assert_array_equal(
        MODEL.topic_mixtures(weights), MODEL.topic_mixtures(sparse.csr_array(weights))
    )


def test_no_documents_have_no_mixtures() -> None:
    assert MODEL.topic_mixtures(np.zeros((0, 3))).shape == (0, 2)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([[1, 2]], "The model's vocabulary has 3 words; these documents have 2 columns"),
        ([[1, -2, 0]], "The count -2.0 in row 0, column 1 is negative"),
        ([[1, np.nan, 0]], "is not finite"),
    ],
)
def test_invalid_documents_are_rejected(counts: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MODEL.topic_mixtures(counts)


def test_the_public_names() -> None:
    assert spectral_lda.__all__ == [
        "AutoFit",
        "Model",
        "Settings",
        "choose_num_topics",
        "fit",
        "fit_auto",
        "fit_observed",
        "load",
        "per_word_log_likelihood",
    ]
