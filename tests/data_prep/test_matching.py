import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep import match_topics


@given(seed=st.integers(0, 2**32 - 1), topics=st.integers(1, 5), extra=st.integers(0, 2))
def test_no_other_assignment_has_a_smaller_sum_of_distances(seed: int, topics: int, extra: int) -> None:
    random = np.random.default_rng(seed)
    known = random.dirichlet(np.ones(6), topics)
    learned = random.dirichlet(np.ones(6), topics + extra)
    permutation = match_topics(known, learned)
    found = np.abs(known - learned[permutation]).sum()
    every = itertools.permutations(range(topics + extra), topics)
    assert len(set(permutation.tolist())) == topics
    assert found == pytest.approx(min(np.abs(known - learned[list(other)]).sum() for other in every))


def test_learned_topics_line_up_with_known_ones() -> None:
    known = np.random.default_rng(0).dirichlet(np.ones(25), 10)
    order = np.random.default_rng(1).permutation(10)
    learned = known[order]
    assert np.array_equal(learned[match_topics(known, learned)], known)


def test_the_matching_is_optimal_where_a_greedy_one_is_not() -> None:
    known = [[0.5, 0.5], [0.4, 0.6]]
    learned = [[0.45, 0.55], [0.9, 0.1]]
    assert match_topics(known, learned).tolist() == [1, 0]


def test_unmatched_topics_are_left_out() -> None:
    known = np.eye(3)[:2]
    learned = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]])
    assert match_topics(known, learned).tolist() == [2, 1]


@pytest.mark.parametrize(
    ("known", "learned", "message"),
    [
        (np.eye(3), np.eye(3)[:2], "2 learned topics can't be matched with 3 known ones"),
        (np.eye(3), np.ones((3, 4)), "over 3 words, the learned ones over 4"),
        (np.ones(3), np.ones((1, 3)), "known topics must be a matrix"),
        (np.eye(2), np.array([[np.nan, 1], [1, 0]]), "learned topics must be a matrix.* of finite"),
    ],
)
def test_topics_that_cannot_be_matched_are_refused(known: Any, learned: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        match_topics(known, learned)
