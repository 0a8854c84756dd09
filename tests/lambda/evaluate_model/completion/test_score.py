"""The score of a model: the engine's document completion, in Python alone."""

from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_prep.synthetic import generate_griffiths_data
from evaluate_model.completion.held_out import HeldOutDocument, Sample
from evaluate_model.completion.score import BACKGROUND, Score, difference, score
from evaluate_model.topics.model_reader import ReadModel
from spectral_lda import Model
from spectral_lda.inference.likelihood import BACKGROUND as BACKGROUND_OF_THE_ENGINE


def read(alpha: Any, beta: Any, words: tuple[int, ...]) -> ReadModel:
    columns = [array("d", [row[word] for word in words]) for row in np.asarray(beta)]
    return ReadModel({}, [], list(alpha), len(beta[0]), columns)


def halved(counts: Any, seed: int = 0) -> Sample:
    random = np.random.default_rng(seed)
    documents = []
    for row in counts.astype(int):
        words = np.flatnonzero(row)
        first = random.binomial(row[words], 0.5)
        columns, one, other = (tuple(map(int, part)) for part in (words, first, row[words] - first))
        documents.append(HeldOutDocument(columns, one, other))
    return Sample(tuple(documents), tuple(range(counts.shape[1])), len(documents))


def halves(sample: Sample, words: int) -> tuple[Any, Any]:
    matrices = np.zeros((2, len(sample.documents), words))
    for number, document in enumerate(sample.documents):
        matrices[0, number, list(document.words)] = document.first
        matrices[1, number, list(document.words)] = document.second
    return matrices[0], matrices[1]


def test_the_score_is_that_of_the_engines_mixtures() -> None:
    alpha, beta, counts, _ = generate_griffiths_data(200, 60.0, 10, seed=1)
    sample = halved(counts)
    model = Model(np.asarray(alpha), np.asarray(beta))
    expected = np.zeros(len(counts))
    first, second = halves(sample, 25)
    for observed, held_out in ((first, second), (second, first)):
        words = (1 - BACKGROUND) * model.topic_mixtures(observed) @ model.beta + BACKGROUND / 25
        expected += (held_out * np.log(words)).sum(axis=1)
    found = score(read(alpha, beta, sample.words), sample)
    np.testing.assert_allclose(found.log_likelihoods, expected, rtol=5e-3, atol=0.05)
    assert found.per_word == pytest.approx(expected.sum() / counts.sum(), abs=1e-3)
    assert found.tokens == tuple(counts.sum(axis=1).astype(int))


def test_the_background_is_that_of_the_engine() -> None:
    assert BACKGROUND == BACKGROUND_OF_THE_ENGINE


def test_the_unigram_score_is_that_of_the_mean_topic() -> None:
    sample = Sample((HeldOutDocument((0, 1), (1, 0), (1, 2)),), (0, 1), 1)
    found = score(read([0.5, 1.5], [[1.0, 0.0], [0.0, 1.0]], sample.words), sample)
    mean = (1 - BACKGROUND) * np.array([0.25, 0.75]) + BACKGROUND / 2
    assert found.unigram == pytest.approx((np.log(mean) * [2, 2]).sum() / 4)


def test_no_token_affects_its_own_probability() -> None:
    """A topic for each word predicts nothing of the other half."""
    sample = halved(np.random.default_rng(0).multinomial(40, np.ones(20) / 20, 100))
    one = score(read([1.0], np.ones((1, 20)) / 20, sample.words), sample)
    many = score(read([0.05] * 20, np.eye(20), sample.words), sample)
    assert difference(one, many).mean > 3 * difference(one, many).standard_error


def test_words_that_no_topic_has_are_no_infinity() -> None:
    sample = Sample((HeldOutDocument((0, 1), (1, 0), (1, 2)),), (0, 1), 1)
    assert score(read([1.0], [[1.0, 0.0]], sample.words), sample).per_word == pytest.approx(
        (2 * np.log(0.995) + 2 * np.log(0.005)) / 4
    )


def test_a_document_of_one_word_is_predicted_by_the_prior() -> None:
    sample = Sample((HeldOutDocument((0,), (0,), (2,)),), (0,), 1)
    found = score(read([3.0, 1.0], [[0.5, 0.5], [0.1, 0.9]], sample.words), sample)
    assert found.per_word == pytest.approx(np.log(0.99 * 0.4 + 0.005))


@given(st.lists(st.tuples(st.floats(-90, -1), st.floats(-90, -1), st.integers(1, 50)), min_size=3))
def test_differences_are_paired_by_document(rows: list[tuple[float, float, int]]) -> None:
    one = Score(tuple(row[0] for row in rows), tuple(row[2] for row in rows), 0.0)
    other = Score(tuple(row[1] for row in rows), one.tokens, 0.0)
    found = difference(one, other)
    assert found.mean == pytest.approx(one.per_word - other.per_word, abs=1e-9)
    assert difference(other, one).standard_error == pytest.approx(found.standard_error)
    shifted = Score(tuple(row[0] + 0.5 * row[2] for row in rows), one.tokens, 0.0)
    assert difference(shifted, one).mean == pytest.approx(0.5)
    assert difference(shifted, one).standard_error == pytest.approx(0, abs=1e-6)


def test_the_standard_error_is_that_of_repeated_samples() -> None:
    random = np.random.default_rng(0)
    means, errors = [], []
    for _ in range(400):
        tokens = random.integers(5, 60, 80)
        found = Score(tuple(tokens * random.normal(-3, 0.5, 80)), tuple(map(int, tokens)), 0.0)
        means.append(found.per_word)
        errors.append(found.standard_error)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.1)
