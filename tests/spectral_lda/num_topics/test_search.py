"""The search for the number of topics, on documents that were drawn from a known number."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from data_prep.synthetic import generate_griffiths_data
from spectral_lda import choose_num_topics, fit, fit_auto
from spectral_lda.corpus import Corpus
from spectral_lda.num_topics.spectrum import guess_num_topics


def drawn(topics: int, words: int = 400, documents: int = 2500, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    beta = random.dirichlet(np.full(words, 0.05), topics)
    mixtures = random.dirichlet(np.full(topics, 1 / topics), documents)
    return np.stack([random.multinomial(60, mixture @ beta) for mixture in mixtures]).astype(float)


@pytest.mark.parametrize("topics", [4, 12])
def test_the_true_number_is_found_within_a_tenth(topics: int) -> None:
    counts = drawn(topics)
    choice = choose_num_topics(sparse.csr_array(counts[:2000]), counts[2000:])
    assert abs(choice.num_topics - topics) <= 0.1 * topics
    assert choice.interval[0] <= choice.num_topics <= choice.interval[1]


@pytest.mark.parametrize("seed", range(2))
def test_the_bars_have_ten_topics(seed: int) -> None:
    documents = generate_griffiths_data(num_documents=2000, num_topics=10, seed=seed)[2]
    assert choose_num_topics(documents[:1600], documents[1600:]).num_topics in {10, 11}


def test_the_eigenvalues_propose_the_number_of_well_separated_topics() -> None:
    assert guess_num_topics(Corpus.from_counts(drawn(12)), 1.0, 100, seed=0) == 12


def test_numbers_that_the_documents_cannot_support_are_not_tried() -> None:
    documents = generate_griffiths_data(num_documents=75, num_topics=5, seed=0)[2]
    choice = choose_num_topics(documents[:60], documents[60:])
    assert max(each.num_topics for each in choice.candidates) <= 6
    assert choose_num_topics(documents[:5], documents[60:]).num_topics == 1


def test_the_largest_number_can_be_limited() -> None:
    counts = drawn(12)
    choice = choose_num_topics(counts[:2000], counts[2000:], most=7)
    assert choice.num_topics == max(each.num_topics for each in choice.candidates) == 7


def test_the_model_is_fitted_to_all_documents(bars: Callable[[int], Any]) -> None:
    counts = bars(0).train
    found = fit_auto(counts, seed=3)
    np.testing.assert_array_equal(found.model.beta, fit(counts, found.choice.num_topics, seed=3).beta)
    assert found.choice == fit_auto([counts[:300], counts[300:]], seed=3).choice


def test_every_number_that_is_tried_is_observed(bars: Callable[[int], Any]) -> None:
    messages: list[str] = []
    choice = fit_auto(bars(0).train, observe=messages.append).choice
    tried = {f"Trying {each.num_topics} topics" for each in choice.candidates}
    assert set(messages) == tried
    assert len(messages) == len(tried)


def test_too_few_documents_to_hold_any_out_are_refused() -> None:
    with pytest.raises(ValueError, match="1 documents are too few to hold any out"):
        fit_auto(np.array([[3.0, 2.0]]))
