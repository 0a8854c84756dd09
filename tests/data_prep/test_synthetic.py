import hashlib
from typing import Any

import numpy as np
import pytest

from data_prep.synthetic import generate_griffiths_data


@pytest.mark.parametrize(
    ("documents", "topics", "tokens", "first_length", "digest"),
    [
        (2000, 10, 300071, 162, "0fd1f91f43eedbad"),
        (6000, 10, 898984, 162, "9e96f4f6b5c50026"),
        (6000, 5, 899154, 141, "47662c6b8d044aa0"),
        (5000, 5, 748308, 141, "28897aedb412de17"),
    ],
)
def test_the_documents_are_those_of_the_published_generator(
    documents: int, topics: int, tokens: int, first_length: int, digest: str
) -> None:
    counts = generate_griffiths_data(num_documents=documents, num_topics=topics)[2]
    assert counts.shape == (documents, 25)
    assert (counts.sum(), counts[0].sum()) == (tokens, first_length)
    assert hashlib.sha256(np.ascontiguousarray(counts, "<f8").tobytes()).hexdigest()[:16] == digest


def test_the_first_five_topics_are_columns_and_the_others_rows() -> None:
    beta = generate_griffiths_data(1, num_topics=10)[1].reshape(10, 5, 5)
    for topic in range(5):
        assert np.flatnonzero(beta[topic].sum(axis=0)).tolist() == [topic]
        assert np.flatnonzero(beta[topic + 5].sum(axis=1)).tolist() == [topic]


def test_topics_and_mixtures_are_probabilities() -> None:
    alpha, beta, _, mixtures = generate_griffiths_data(30, seed=4)
    assert alpha.tolist() == [0.2] * 5
    assert np.allclose(beta.sum(axis=1), 1, atol=1e-15)
    assert np.allclose(mixtures.sum(axis=1), 1, atol=1e-15)
    assert mixtures.shape == (30, 5)


def test_topics_and_mixtures_are_drawn_in_the_published_order_and_shrunk_by_one_rounding() -> None:
    _, beta, _, mixtures = generate_griffiths_data(40, num_topics=10, seed=2)
    random = np.random.RandomState(2)
    bars = [random.dirichlet([100.0] * 5) / (1 + 2**-52) for _ in range(10)]
    random.poisson(150, 40)
    assert np.array_equal(beta[3].reshape(5, 5)[:, 3], bars[3])
    assert np.array_equal(beta[7].reshape(5, 5)[2], bars[7])
    assert np.array_equal(mixtures, random.dirichlet([0.1] * 10, 40) / (1 + 2**-52))


def test_priors_and_seed_determine_the_documents() -> None:
    alpha, beta, documents, mixtures = generate_griffiths_data(
        200, 20, 5, alpha=[1000, 1, 1, 1, 1], eta=[1e6, 1, 1, 1, 1], seed=9
    )
    assert alpha[0] == 1000
    assert beta[:, :5].sum() > 4.9
    assert mixtures[:, 0].min() > 0.9
    assert abs(documents.sum(axis=1).mean() - 20) < 2
    assert not np.array_equal(documents, generate_griffiths_data(200, 20, 5, seed=8)[2])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"num_topics": 7}, "5 or 10 topics, not 7"),
        ({"num_documents": 0}, "At least one document"),
        ({"average_document_length": 0}, "above 0"),
        ({"alpha": [1, 2]}, "alpha must be 5 positive numbers"),
        ({"eta": [1, 1, 1, 1, 0]}, "eta must be 5 positive numbers"),
    ],
)
def test_invalid_parameters_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        generate_griffiths_data(**{"num_documents": 3, **wrong})
