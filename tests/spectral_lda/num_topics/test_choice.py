"""The rule of the number of topics: that of a deployment, on the same scores."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate_model.candidate import Candidate as DeployedCandidate
from evaluate_model.completion.score import Score
from evaluate_model.rules.selection import MAX_REDUNDANT_SHARE as DEPLOYED_SHARE
from evaluate_model.rules.selection import EvaluatedModel, select
from spectral_lda.inference.completion import Completion
from spectral_lda.num_topics.choice import MAX_REDUNDANT_SHARE, choose


def completion(*log_likelihoods: float) -> Completion:
    return Completion(np.array(log_likelihoods), np.full(len(log_likelihoods), 10.0))


FEW, RIGHT, MANY = completion(-40.0, -41.0), completion(-30.0, -30.5), completion(-30.1, -30.2)


def test_the_fewest_topics_within_one_standard_error_are_chosen() -> None:
    choice = choose({20: MANY, 10: RIGHT, 5: FEW}, {5: 0, 10: 0, 20: 0})
    assert choice.num_topics == 10
    assert choice.interval == (10, 20)
    assert [each.num_topics for each in choice.candidates] == [5, 10, 20]
    assert choice.candidates[2].behind == 0
    assert choice.candidates[0].behind == pytest.approx(1.035)


def test_numbers_with_many_redundant_topics_do_not_count_unless_all_have() -> None:
    assert choose({5: FEW, 20: MANY}, {5: 0, 20: 3}).num_topics == 5
    assert choose({5: FEW, 20: MANY}, {5: 0, 20: 2}).num_topics == 20
    assert choose({5: FEW, 20: MANY}, {5: 1, 20: 3}).num_topics == 20


SCORES = st.dictionaries(
    st.integers(1, 60),
    st.tuples(st.lists(st.integers(-40, -30), min_size=4, max_size=4), st.integers(0, 6)),
    min_size=1,
    max_size=6,
)


@given(SCORES)
def test_a_deployment_chooses_by_the_same_rule(found: dict[int, Any]) -> None:
    scores = {number: completion(*map(float, values)) for number, (values, _) in found.items()}
    redundant = {number: count for number, (_, count) in found.items()}
    models = [
        EvaluatedModel(
            DeployedCandidate(f"{number}", "", "", {"num_topics": f"{number}"}, {}),
            {"redundant_topics": redundant[number]},
            Score(tuple(map(float, values)), (10,) * 4, 0.0),
        )
        for number, (values, _) in found.items()
    ]
    assert select(models).chosen.candidate.num_topics == choose(scores, redundant).num_topics


def test_the_share_is_that_of_a_deployment() -> None:
    assert MAX_REDUNDANT_SHARE == DEPLOYED_SHARE
