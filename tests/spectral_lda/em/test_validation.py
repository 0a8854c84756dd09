"""The validation documents depend on neither order nor worker, and are split into two halves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from spectral_lda.corpus import Corpus
from spectral_lda.em.validation import ValidationSet, choose_validation_set
from spectral_lda.workers import SINGLE_WORKER


def validation_set(counts: Any, seed: int = 0) -> ValidationSet:
    validation = choose_validation_set(Corpus.from_counts(counts, whole=False), seed, SINGLE_WORKER)
    assert validation is not None
    return validation


def test_about_a_twentieth_is_chosen_and_no_empty_document(bars: Callable[[int], Any]) -> None:
    counts = np.vstack([bars(0).train, np.zeros((50, 25))])
    validation = validation_set(counts)
    assert 55 < validation.documents.sum() < 105
    assert not validation.documents[1600:].any()


def test_the_halves_are_the_chosen_documents(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    validation = validation_set(train)
    halves = validation.observed.parts[0].toarray() + validation.held_out.parts[0].toarray()
    np.testing.assert_array_equal(halves, train[validation.documents])
    assert 0.45 < validation.observed.lengths.sum() / halves.sum() < 0.55


def test_the_choice_and_the_halves_depend_on_the_document_alone(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    order = np.random.default_rng(0).permutation(len(train))
    validation, mixed = validation_set(train), validation_set([train[order][:700], train[order][700:]])
    np.testing.assert_array_equal(mixed.documents, validation.documents[order])
    observed = sorted(validation.observed.parts[0].toarray().tolist())
    assert sorted(mixed.observed.parts[0].toarray().tolist()) == observed


def test_a_stored_zero_changes_neither_the_choice_nor_the_halves(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    everything = (train.ravel(), np.tile(np.arange(25), 1600), np.arange(0, 25 * 1601, 25))
    stored = sparse.csr_array(everything, shape=train.shape)
    with_zeros, without = validation_set(stored), validation_set(train)
    np.testing.assert_array_equal(with_zeros.documents, without.documents)
    observed = with_zeros.observed.parts[0].toarray()
    np.testing.assert_array_equal(observed, without.observed.parts[0].toarray())


def test_documents_with_copies_are_not_chosen(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    validation = validation_set(np.vstack([train, train[:800]]))
    assert not validation.documents[:800].any()
    assert 20 < validation.documents[800:1600].sum() < 60
    assert not validation.documents[1600:].any()


@pytest.mark.parametrize("seed", range(20))
def test_if_all_documents_have_copies_each_is_chosen_by_itself(seed: int) -> None:
    validation = validation_set(np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [300, 100], axis=0), seed)
    assert 0 < validation.documents[:300].sum() < 60
    assert validation.documents[300:].sum() < 30


@pytest.mark.parametrize("seed", [2**63, 2**64 + 1, np.int64(2**63 - 1)])
def test_any_whole_number_is_a_seed(bars: Callable[[int], Any], seed: int) -> None:
    assert validation_set(bars(0).train, seed).documents.any()


def test_another_seed_chooses_other_documents(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    assert not np.array_equal(validation_set(train, 0).documents, validation_set(train, 1).documents)


def test_a_large_corpus_has_a_limited_number_of_validation_documents() -> None:
    counts = np.random.default_rng(0).poisson(1.0, (100_000, 40))
    assert 1800 < validation_set(counts).documents.sum() < 2200


def test_fractions_are_not_split() -> None:
    weights = np.random.default_rng(0).integers(1, 7, (400, 5)) / 4
    validation = validation_set(weights)
    halves = validation.observed.parts[0].toarray() + validation.held_out.parts[0].toarray()
    np.testing.assert_array_equal(halves, weights[validation.documents])


def test_a_coin_is_tossed_for_every_token() -> None:
    counts = np.random.default_rng(0).integers(38, 43, (20_000, 12))
    validation = validation_set(counts)
    chosen = validation.observed.parts[0].toarray()[counts[validation.documents] == 40]
    assert abs(chosen.mean() - 20) < 0.3
    assert 2.9 < chosen.std() < 3.4  # of a binomial distribution: the square root of 10


def test_very_many_tokens_of_a_word_are_halved_exactly() -> None:
    counts = 2**52 + np.random.default_rng(0).integers(0, 1000, (2000, 4))
    validation = validation_set(counts)
    np.testing.assert_array_equal(validation.observed.parts[0].toarray(), counts[validation.documents] // 2)


def test_a_small_corpus_has_no_validation_documents(bars: Callable[[int], Any]) -> None:
    assert choose_validation_set(Corpus.from_counts(bars(0).train[:99]), 0, SINGLE_WORKER) is None
