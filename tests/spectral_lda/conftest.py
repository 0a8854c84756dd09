"""Data with known topics, and the distance between topics that tests state their bounds in."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]


class Corpus(NamedTuple):
    alpha: Floats
    beta: Floats
    train: Floats
    test: Floats
    test_mixtures: Floats


@cache
def _bars(seed: int) -> Corpus:
    """The demo's data: the columns and rows of a 5 x 5 image as 10 topics (Griffiths and Steyvers, 2004)."""
    random = np.random.RandomState(seed)
    beta = np.zeros((10, 5, 5))
    for topic in range(10):
        line = np.s_[topic, :, topic] if topic < 5 else np.s_[topic, topic - 5, :]
        beta[line] = random.dirichlet([100] * 5)
    beta = beta.reshape(10, 25) / (1 + 2**-52)
    lengths = random.poisson(150, 2000)
    mixtures = random.dirichlet(np.full(10, 0.1), 2000) / (1 + 2**-52)
    documents = np.zeros((2000, 25))
    for row, length in enumerate(lengths):
        for topic in random.multinomial(1, mixtures[row], size=length).argmax(axis=1):
            documents[row] += random.multinomial(1, beta[topic])
    return Corpus(np.full(10, 0.1), beta, documents[:1600], documents[1600:], mixtures[1600:])


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


@pytest.fixture
def golden() -> Path:
    return Path(__file__).parent / "golden"
