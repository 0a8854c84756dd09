import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.engine.corpora.counts import as_counts
from benchmarks.engine.report.metrics import completion, em_topics, fold_in, normalise, npmi, topic_distances

TWO_TOPICS = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]])
ALPHA = np.full(2, 0.5)


@given(st.permutations(range(4)), st.floats(0.1, 100))
def test_topics_have_distance_0_from_themselves_in_any_order_and_scale(
    order: list[int], scale: float
) -> None:
    known = normalise(np.arange(1.0, 21).reshape(4, 5) ** 2)
    assert topic_distances(known, scale * known[order]) == pytest.approx(0, abs=1e-12)


def test_distances_are_in_the_order_of_the_known_topics() -> None:
    learned = np.array([[0.0, 0.0, 0.5, 0.5], [0.5, 0.0, 0.5, 0.0]])
    assert topic_distances(TWO_TOPICS, learned) == pytest.approx([1.0, 0.0])


def test_the_completion_of_a_document_of_one_topic_is_the_negative_entropy_of_the_topic() -> None:
    observed, target = as_counts([[2000, 2000, 0, 0]]), as_counts([[1, 1, 0, 0]])
    assert completion(observed, target, ALPHA, TWO_TOPICS) == pytest.approx(np.log(0.5), abs=1e-3)


def test_completion_normalises_topics() -> None:
    halves = as_counts([[3, 1, 1, 0]]), as_counts([[1, 1, 0, 2]])
    scores = [completion(*halves, ALPHA, scale * TWO_TOPICS) for scale in (1.0, 7.0)]
    assert scores[0] == pytest.approx(scores[1])


def test_the_cost_of_a_word_of_probability_0_is_bounded() -> None:
    topics = np.array([[0.5, 0.5, 0.0, 0.0]])
    halves = as_counts([[1, 1, 0, 0]]), as_counts([[0, 0, 1, 0]])
    assert completion(*halves, np.ones(1), topics) == pytest.approx(np.log(1e-12))


def test_a_word_of_probability_0_does_not_change_a_mixture() -> None:
    topics = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    with_unknown, without = as_counts([[3, 1, 5]]), as_counts([[3, 1, 0]])
    assert fold_in(with_unknown, ALPHA, topics) == pytest.approx(fold_in(without, ALPHA, topics))


def test_a_mixture_is_the_share_of_tokens_plus_the_prior() -> None:
    mixture = fold_in(as_counts([[2, 1, 1, 0]]), ALPHA, TWO_TOPICS)
    assert mixture == pytest.approx(np.array([[3.5 / 5, 1.5 / 5]]))


def test_em_iterations_never_decrease_the_likelihood_of_the_documents() -> None:
    documents = as_counts(np.random.default_rng(0).poisson(1.0, (60, 4)))
    topics = normalise(np.array([[4.0, 3, 2, 1], [1, 2, 3, 4]]))
    scores = [
        completion(documents, documents, ALPHA, em_topics(documents, ALPHA, topics, iterations))
        for iterations in (0, 3, 9)
    ]
    assert scores == sorted(scores)


def test_npmi_is_1_for_words_that_always_co_occur_and_minus_1_for_words_that_never_do() -> None:
    documents = as_counts([[1, 2, 0, 0], [3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    topics = np.array([[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5]])
    pairs = documents[:, :2]
    assert npmi(np.array([[0.5, 0.5]]), pairs) == pytest.approx(1.0)
    never = documents[:, 2:]
    assert npmi(topics[1:, 2:], never) == pytest.approx(-1.0)


def test_npmi_of_independent_words_is_0() -> None:
    documents = as_counts([[1, 1, 1], [1, 0, 1], [0, 1, 1], [0, 0, 1]])[:, :2]
    assert npmi(np.array([[0.5, 0.5]]), documents) == pytest.approx(0.0)
