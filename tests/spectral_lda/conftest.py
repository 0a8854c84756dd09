"""Data with known topics, and the distance between topics that tests state their bounds in."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from data_prep.synthetic import generate_griffiths_data

Floats = NDArray[np.float64]


class Corpus(NamedTuple):
    alpha: Floats
    beta: Floats
    train: Floats
    test: Floats
    test_mixtures: Floats


@cache
def _bars(seed: int) -> Corpus:
    """The demo's data: the columns and rows of a 5 x 5 image as 10 topics."""
    alpha, beta, documents, mixtures = generate_griffiths_data(num_documents=2000, num_topics=10, seed=seed)
    return Corpus(alpha, beta, documents[:1600], documents[1600:], mixtures[1600:])


@pytest.fixture(scope="session")
def bars() -> Callable[[int], Corpus]:
    """1600 training and 400 test documents of the bars, by seed."""
    return _bars


@pytest.fixture
def topic_errors() -> Callable[[Floats, Floats], Floats]:
    """The L1 distance of each known topic to the learned one that is matched to it."""

    def distances(known: Floats, learned: Floats) -> Floats:
        costs: Floats = np.abs(known[:, None] - learned[None]).sum(axis=2)
        return costs[linear_sum_assignment(costs)]

    return distances
