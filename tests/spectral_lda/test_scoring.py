"""The score is SageMaker's per-word log-likelihood."""

from math import log

import numpy as np
import pytest

from spectral_lda import Model, per_word_log_likelihood
from spectral_lda.counts import as_counts
from spectral_lda.scoring import completion, halve

DISJOINT = Model(np.array([0.5, 0.5]), np.array([[0.5, 0.5, 0, 0], [0, 0, 0.25, 0.75]]))


def test_one_topic_scores_the_mean_log_probability_of_a_token() -> None:
    model = Model(np.array([1.0]), np.array([[0.5, 0.25, 0.25]]))
    assert per_word_log_likelihood(model, [[2, 1, 0], [0, 0, 1]]) == pytest.approx(
        (2 * log(0.5) + 2 * log(0.25)) / 4
    )


def test_the_mixture_is_inferred_from_the_same_tokens() -> None:
    # n = (4, 0) tokens by topic, so theta = (4.5, 0.5) / 5.
    assert per_word_log_likelihood(DISJOINT, [[2, 2, 0, 0]]) == pytest.approx(log(0.9 * 0.5), abs=1e-5)


def test_a_word_that_no_topic_holds_costs_a_finite_price() -> None:
    model = Model(np.array([1.0]), np.array([[1.0, 0.0]]))
    assert per_word_log_likelihood(model, [[0, 1]]) == pytest.approx(log(1e-12))


def test_no_tokens_have_no_score() -> None:
    assert np.isnan(per_word_log_likelihood(DISJOINT, [[0, 0, 0, 0]]))


def test_another_vocabulary_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="The model knows 4 words, but these documents have 3 columns"):
        per_word_log_likelihood(DISJOINT, [[1, 0, 0]])


def test_halves_sum_to_the_documents() -> None:
    counts = as_counts(np.random.default_rng(0).poisson(3.0, (20, 7)))
    first, second = halve(counts, np.random.default_rng(0))
    np.testing.assert_array_equal((first + second).toarray(), counts.toarray())
    assert 0.4 < first.sum() / counts.sum() < 0.6


def test_the_true_topics_complete_better_than_exchanged_ones() -> None:
    given = as_counts([[5, 5, 0, 0], [0, 0, 3, 9]])
    right = completion(given, given, DISJOINT.alpha, DISJOINT.beta)
    exchanged = np.roll(DISJOINT.beta, 1, axis=1)
    assert right > completion(given, given, DISJOINT.alpha, exchanged)
