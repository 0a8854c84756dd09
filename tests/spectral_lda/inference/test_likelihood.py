"""The score is SageMaker's per-word log-likelihood."""

from math import log

import numpy as np
import pytest

from spectral_lda import Model, per_word_log_likelihood
from spectral_lda.corpus import Corpus
from spectral_lda.inference.likelihood import log_likelihoods
from spectral_lda.inference.mixtures import topics_by_word

DISJOINT = Model(np.array([0.5, 0.5]), np.array([[0.5, 0.5, 0, 0], [0, 0, 0.25, 0.75]]))


def test_one_topic_scores_the_mean_log_probability_of_a_token() -> None:
    model = Model(np.array([1.0]), np.array([[0.5, 0.25, 0.25]]))
    assert per_word_log_likelihood(model, [[2, 1, 0], [0, 0, 1]]) == pytest.approx(
        (2 * log(0.5) + 2 * log(0.25)) / 4
    )


def test_the_mixture_is_inferred_from_the_same_tokens() -> None:
    # n = (4, 0) tokens by topic, so theta = (4.5, 0.5) / 5.
    assert per_word_log_likelihood(DISJOINT, [[2, 2, 0, 0]]) == pytest.approx(log(0.9 * 0.5), abs=1e-5)


def test_a_word_without_a_topic_has_a_finite_score() -> None:
    model = Model(np.array([1.0]), np.array([[1.0, 0.0]]))
    assert per_word_log_likelihood(model, [[0, 1]]) == pytest.approx(log(1e-12))


def test_documents_without_tokens_have_no_score() -> None:
    assert np.isnan(per_word_log_likelihood(DISJOINT, [[0, 0, 0, 0]]))


def test_another_vocabulary_is_rejected() -> None:
    with pytest.raises(
        ValueError, match="The model's vocabulary has 4 words; these documents have 3 columns"
    ):
        per_word_log_likelihood(DISJOINT, [[1, 0, 0]])


def test_the_background_is_uniform_over_all_words() -> None:
    corpus, mixtures = Corpus.from_counts([[3, 0, 0, 1]]), np.array([[1.0, 0.0]], np.float32)
    scores = log_likelihoods(corpus, mixtures, topics_by_word(DISJOINT.beta), background=0.2)
    assert scores == pytest.approx([3 * log(0.8 * 0.5 + 0.05) + log(0.05)])
