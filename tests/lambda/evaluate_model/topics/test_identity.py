"""Topics keep their numbers from model to model."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linear_sum_assignment

from common.model_artifact import Model
from data_prep.synthetic import generate_griffiths_data
from evaluate_model.topics.assignment import assign
from evaluate_model.topics.identity import Identities, describe, identify
from evaluate_model.topics.topic import measure
from spectral_lda import fit


def topics_of(beta: Any) -> Any:
    return measure(Model([1 / len(beta)] * len(beta), len(beta[0]), iter(np.asarray(beta).tolist())))[0]


BARS = np.kron(np.eye(5), np.full((1, 4), 0.25))


@given(arrays.arrays(float, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(0, 1)))
def test_the_assignment_is_the_best(values: Any) -> None:
    pairs = assign(values.tolist())
    assert len(pairs) == min(values.shape)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    best = values[linear_sum_assignment(values, maximize=True)].sum()
    assert sum(values[pair] for pair in pairs) == pytest.approx(best)


def test_nothing_is_assigned_to_nothing() -> None:
    assert assign([]) == assign([[]]) == []


def test_topics_in_another_order_keep_their_numbers() -> None:
    known = Identities([7, 3, 9, 4, 5], [None] * 5, [], 12)
    order = [3, 0, 4, 2, 1]
    found = identify(topics_of(BARS[order]), topics_of(BARS), known)
    assert found.ids == [known.ids[each] for each in order]
    assert (found.new, found.gone, found.next_id) == ([], [], 12)
    assert found.overlaps == [pytest.approx(1)] * 5


def test_new_topics_get_new_numbers_and_those_of_gone_ones_are_not_used_again() -> None:
    known = Identities.of_first(4)
    second = identify(topics_of(BARS[[0, 1, 2, 4]]), topics_of(BARS[:4]), known)
    assert (second.ids, second.gone, second.new) == ([0, 1, 2, 4], [3], [3])
    third = identify(topics_of(BARS[[3, 0, 1]]), topics_of(BARS[[0, 1, 2, 4]]), second)
    assert (third.ids, third.gone, third.next_id) == ([5, 0, 1], [2, 4], 6)


@pytest.mark.filterwarnings("ignore:Only .* of the 10 topics stand out:UserWarning")
@pytest.mark.parametrize("seed", range(3))
def test_a_retrained_model_keeps_its_topics(seed: int) -> None:
    documents = generate_griffiths_data(num_documents=1650, num_topics=10, seed=seed)[2]
    old, new = fit(documents[:1500], 10, seed=seed), fit(documents, 10, seed=seed + 1)
    found = identify(topics_of(new.beta), topics_of(old.beta), Identities.of_first(10))
    assert (sorted(found.ids), found.gone) == (list(range(10)), [])


@pytest.mark.parametrize(
    "evaluation",
    [
        None,
        {},
        {"identities": "x"},
        {"identities": {"ids": [1]}},
        {"identities": Identities.of_first(3).to_dict()},
    ],
)
def test_without_a_usable_record_the_numbers_are_those_of_the_rows(evaluation: Any) -> None:
    assert Identities.on_record(evaluation, 2) == Identities([0, 1], [None, None], [], 2)


def test_a_record_is_read_as_it_was_written() -> None:
    known = Identities([7, 3], [0.5, None], [1], 12)
    assert Identities.on_record({"identities": known.to_dict()}, 2) == known


def test_the_sentence_names_new_and_gone_topics() -> None:
    found = Identities([0, 4], [0.9, None], [2, 3], 5)
    words = [{"id": 1, "words": ["ant", "bee", "cat", "dog"]}]
    assert describe(found, words) == (
        "1 of the serving model's 3 topics continue; gone: 2, 3; new: 4 (ant, bee, cat)."
    )
    assert describe(found, []) == "1 of the serving model's 3 topics continue; gone: 2, 3; new: 4."
    assert describe(Identities.of_first(2), words) == ""
