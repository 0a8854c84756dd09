"""The documents that judge: the same ones in any order and on any host, each in two halves."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from spectral_lda.corpus import Corpus
from spectral_lda.em.validation import Holdout, hold_out
from spectral_lda.workers import ALONE


def held_of(counts: Any, seed: int = 0) -> Holdout:
    held = hold_out(Corpus.of(counts, whole=False), seed, ALONE)
    assert held is not None
    return held


def test_about_a_twentieth_judges_and_no_empty_document(bars: Callable[[int], Any]) -> None:
    counts = np.vstack([bars(0).train, np.zeros((50, 25))])
    held = held_of(counts)
    assert 55 < held.chosen.sum() < 105
    assert not held.chosen[1600:].any()


def test_the_halves_are_the_chosen_documents(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    held = held_of(train)
    halves = held.given.parts[0].toarray() + held.wanted.parts[0].toarray()
    np.testing.assert_array_equal(halves, train[held.chosen])
    assert 0.45 < held.given.lengths.sum() / halves.sum() < 0.55


def test_the_choice_and_the_halves_depend_on_the_document_alone(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    order = np.random.default_rng(0).permutation(len(train))
    held, mixed = held_of(train), held_of([train[order][:700], train[order][700:]])
    np.testing.assert_array_equal(mixed.chosen, held.chosen[order])
    given = sorted(held.given.parts[0].toarray().tolist())
    assert sorted(mixed.given.parts[0].toarray().tolist()) == given


def test_a_stored_zero_changes_neither_the_choice_nor_the_halves(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    everything = (train.ravel(), np.tile(np.arange(25), 1600), np.arange(0, 25 * 1601, 25))
    stored = sparse.csr_array(everything, shape=train.shape)
    with_zeros, without = held_of(stored), held_of(train)
    np.testing.assert_array_equal(with_zeros.chosen, without.chosen)
    given = with_zeros.given.parts[0].toarray()
    np.testing.assert_array_equal(given, without.given.parts[0].toarray())


def test_a_document_that_has_copies_judges_not(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    held = held_of(np.vstack([train, train[:800]]))
    assert not held.chosen[:800].any()
    assert 20 < held.chosen[800:1600].sum() < 60
    assert not held.chosen[1600:].any()


@pytest.mark.parametrize("seed", range(20))
def test_where_all_documents_have_copies_each_is_chosen_by_itself(seed: int) -> None:
    held = held_of(np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [300, 100], axis=0), seed)
    assert 0 < held.chosen[:300].sum() < 60
    assert held.chosen[300:].sum() < 30


@pytest.mark.parametrize("seed", [2**63, 2**64 + 1, np.int64(2**63 - 1)])
def test_any_whole_number_is_a_seed(bars: Callable[[int], Any], seed: int) -> None:
    assert held_of(bars(0).train, seed).chosen.any()


def test_another_seed_chooses_others(bars: Callable[[int], Any]) -> None:
    train = bars(0).train
    assert not np.array_equal(held_of(train, 0).chosen, held_of(train, 1).chosen)


def test_a_large_corpus_gives_no_more_than_are_needed() -> None:
    counts = np.random.default_rng(0).poisson(1.0, (100_000, 40))
    assert 1800 < held_of(counts).chosen.sum() < 2200


def test_fractions_go_to_one_half_whole() -> None:
    masses = np.random.default_rng(0).integers(1, 7, (400, 5)) / 4
    held = held_of(masses)
    halves = held.given.parts[0].toarray() + held.wanted.parts[0].toarray()
    np.testing.assert_array_equal(halves, masses[held.chosen])


def test_a_coin_is_tossed_for_every_token() -> None:
    counts = np.random.default_rng(0).integers(38, 43, (20_000, 12))
    held = held_of(counts)
    tossed = held.given.parts[0].toarray()[counts[held.chosen] == 40]
    assert abs(tossed.mean() - 20) < 0.3
    assert 2.9 < tossed.std() < 3.4  # of a binomial distribution: the square root of 10


def test_more_tokens_of_a_word_than_coins_could_be_tossed_for_are_halved() -> None:
    counts = 2**52 + np.random.default_rng(0).integers(0, 1000, (2000, 4))
    held = held_of(counts)
    np.testing.assert_array_equal(held.given.parts[0].toarray(), counts[held.chosen] // 2)


def test_a_corpus_too_small_to_give_documents_away_gives_none(bars: Callable[[int], Any]) -> None:
    assert hold_out(Corpus.of(bars(0).train[:99]), 0, ALONE) is None
