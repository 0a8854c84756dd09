import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spectral_lda import Model
from spectral_lda.inference.word_ranking import RANKINGS, Ranking, rank_words

BETAS = arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(0.01, 1)).map(
    lambda weights: weights / weights.sum(axis=1, keepdims=True)
)


@given(BETAS, st.sampled_from(RANKINGS))
def test_every_ranking_is_a_permutation_of_the_words(beta: np.ndarray, ranking: Ranking) -> None:
    ranked = rank_words(beta, np.ones(len(beta)), beta.shape[1], ranking)
    assert all(sorted(row) == list(range(beta.shape[1])) for row in ranked.tolist())


@given(BETAS)
def test_by_probability_the_probabilities_descend(beta: np.ndarray) -> None:
    ranked = rank_words(beta, np.ones(len(beta)), beta.shape[1])
    assert (np.diff(np.take_along_axis(beta, ranked, axis=1)) <= 0).all()


@given(BETAS)
def test_lift_and_relevance_are_those_of_their_definitions(beta: np.ndarray) -> None:
    shares = np.arange(1.0, len(beta) + 1)
    marginal = shares / shares.sum() @ beta
    lift = np.log(beta) - np.log(marginal)
    rankings: dict[Ranking, np.ndarray] = {"lift": lift, "relevance": 0.6 * np.log(beta) + 0.4 * lift}
    for ranking, scores in rankings.items():
        ranked = rank_words(beta, shares, beta.shape[1], ranking)
        assert (np.diff(np.take_along_axis(scores, ranked, axis=1)) <= 1e-9).all()


def test_frex_prefers_frequent_words_of_one_topic_alone() -> None:
    beta = np.array([[0.4, 0.3, 0.2, 0.1, 0.0], [0.4, 0.0, 0.1, 0.2, 0.3]])
    assert rank_words(beta, np.ones(2), 5, "frex").tolist() == [[1, 0, 2, 3, 4], [4, 0, 3, 2, 1]]


def test_frex_does_not_depend_on_the_sizes_of_the_topics() -> None:
    beta = np.array([[0.4, 0.4, 0.2], [0.4, 0.0, 0.6], [0.0, 0.3, 0.7]])
    for shares in (np.ones(3), np.array([0.2, 0.1, 0.7])):
        assert rank_words(beta, shares, 2, "frex")[0].tolist() == [1, 0]


def test_a_word_that_is_rare_in_every_topic_has_no_meaningful_lift() -> None:
    beta = np.array([[0.9, 0.1 - 2e-6, 2e-6], [0.1, 0.9 - 1e-7, 1e-7]])
    assert rank_words(beta, np.ones(2), 3, "lift")[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("number", [0, -1])
def test_at_least_one_word_is_ranked(number: int) -> None:
    with pytest.raises(ValueError, match=f"The number of words is {number}"):
        rank_words(np.ones((1, 2)) / 2, np.ones(1), number)


def test_a_model_names_its_words() -> None:
    model = Model(np.array([0.5, 0.5]), np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]))
    assert model.top_words(["ant", "bee", "cat"], 2) == [["ant", "bee"], ["cat", "ant"]]
    with pytest.raises(ValueError, match="vocabulary has 3 words"):
        model.top_words(["ant"])
    with pytest.raises(ValueError, match="no ranking 'best'"):
        model.top_words(["ant", "bee", "cat"], rank="best")  # type: ignore[arg-type]  # the test's point
