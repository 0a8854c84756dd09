"""Redundant topics are counted as the diagnostics of a deployment count them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.model_artifact import Model as DeployedModel
from evaluate_model.topics.diagnostics import diagnose
from spectral_lda.num_topics.redundancy import count_redundant

GOOD = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]])


@pytest.mark.parametrize(
    ("alpha", "beta", "redundant"),
    [
        ([1, 1], GOOD, 0),
        ([1, 1, 1, 1], [*GOOD, *GOOD], 2),
        ([1, 1, 1], [*GOOD, [0.25] * 4], 1),
        ([1, 1, 1e-6], [*GOOD, [0.7, 0.1, 0.1, 0.1]], 1),
        ([1], [[0.25] * 4], 0),
    ],
)
def test_duplicates_and_dead_topics_are_redundant(alpha: Any, beta: Any, redundant: int) -> None:
    assert count_redundant(np.asarray(alpha, float), np.asarray(beta, float)) == redundant


@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(2, 90), st.sampled_from([0.02, 0.3, 5.0]))
def test_the_number_is_that_of_the_diagnostics(
    seed: int, topics: int, words: int, concentration: float
) -> None:
    random = np.random.default_rng(seed)
    beta = random.dirichlet(np.full(words, concentration), topics)
    copies = random.random(topics) < 0.3
    beta[copies] = beta[0]
    alpha = random.gamma(0.3, size=topics) + 1e-6
    found = diagnose(DeployedModel(alpha.tolist(), words, iter(beta.tolist())))
    assert count_redundant(alpha, beta) == found["redundant_topics"]
