import hashlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from data_prep import dataset
from data_prep.dataset.splitting import document_hashes, held_out

IDS = st.lists(st.text(max_size=8), min_size=2, max_size=40, unique=True)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_array])
def test_every_document_is_in_one_split_in_the_order_of_the_corpus(corpus: Any, make: Any) -> None:
    train, test = dataset.split(make(corpus), test_documents=4, seed=1)
    assert (train.shape, test.shape) == ((16, 9), (4, 9))
    mask = held_out(document_hashes(map(str, range(20)), 1), test_documents=4)
    dense = [part.toarray() if isinstance(part, sparse.csr_array) else part for part in (train, test)]
    assert np.array_equal(dense[0], corpus[~mask])
    assert np.array_equal(dense[1], corpus[mask])


def test_a_hash_is_the_beginning_of_blake2b_of_the_seed_and_the_id() -> None:
    digest = hashlib.blake2b("7:ä".encode(), digest_size=8).digest()
    assert document_hashes(["ä"], 7).tolist() == [int.from_bytes(digest, "big")]


@given(IDS, st.integers(0, 99), st.floats(0.001, 0.999))
def test_a_document_stays_in_its_split_when_others_are_added(ids: list[str], seed: int, share: float) -> None:
    hashes = document_hashes(ids, seed)
    mask = held_out(hashes, test_fraction=share)
    assert 0 < mask.sum() < len(ids)
    below = hashes < share * 2**64
    if below.any() and not below.all():
        assert np.array_equal(mask, below)


def test_a_sorted_corpus_is_not_split_by_its_order() -> None:
    mask = held_out(document_hashes(map(str, range(10_000))), test_fraction=0.2)
    assert [abs(part.mean() - 0.2) < 0.03 for part in np.split(mask, 4)] == [True] * 4


def test_another_seed_gives_another_split() -> None:
    masks = [held_out(document_hashes(map(str, range(100)), seed), test_fraction=0.5) for seed in (0, 1)]
    assert not np.array_equal(masks[0], masks[1])


@pytest.mark.parametrize("fraction", [0.2, 0.01, 0.5, 0.99])
def test_neither_split_is_empty(corpus: Any, fraction: float) -> None:
    train, test = dataset.split(corpus, test_fraction=fraction)
    assert min(len(train), len(test)) >= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"test_documents": 20}, "20 test documents of 20 leave a split empty; between 1 and 19"),
        ({"test_documents": 0}, "0 test documents of 20"),
        ({"test_documents": -3}, "-3 test documents of 20"),
        ({"test_fraction": 1.0}, "between 0 and 1; it is 1.0"),
        ({"test_fraction": float("nan")}, "between 0 and 1; it is nan"),
        ({"test_fraction": -0.5}, "between 0 and 1; it is -0.5"),
        ({}, "either test_documents or test_fraction"),
        ({"test_documents": 2, "test_fraction": 0.1}, "either test_documents or test_fraction"),
    ],
)
def test_a_split_without_documents_is_refused(corpus: Any, arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataset.split(corpus, **arguments)


def test_splitting_checks_the_counts_first(corpus: Any) -> None:
    corpus[19, 8] = -1
    with pytest.raises(ValueError, match="row 19, column 8"):
        dataset.split(corpus, test_documents=4)


def test_a_single_document_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="a single document; one for training and one for testing"):
        dataset.split(np.ones((1, 3)), test_fraction=0.2)
