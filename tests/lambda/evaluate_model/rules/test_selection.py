"""Which candidate is selected: the fewest topics that predict as well as the best number."""

import pytest

from evaluate_model.candidate import Candidate
from evaluate_model.completion.score import Score
from evaluate_model.rules.selection import EvaluatedModel, select


def model(
    name: str, num_topics: int, *log_likelihoods: float, redundant: int = 0, pwll: float | None = None
) -> EvaluatedModel:
    hyperparameters = {"num_topics": str(num_topics), "feature_dim": "9"}
    candidate = Candidate(name, "", "", hyperparameters, {} if pwll is None else {"test:pwll": pwll})
    score = Score(log_likelihoods, (10,) * len(log_likelihoods), -9.0) if log_likelihoods else None
    return EvaluatedModel(candidate, {"redundant_topics": redundant}, score)


FEW = model("few", 5, -40.0, -41.0)
RIGHT = model("right", 10, -30.0, -30.5)
# Better by 0.01 per word, with an error of 0.02.
MANY = model("many", 20, -30.1, -30.2)
# Better by 0.01 per word, without any error.
BETTER = model("better", 20, -29.9, -30.4)


@pytest.mark.parametrize(
    ("models", "chosen"),
    [
        ([FEW], "few"),
        ([FEW, RIGHT], "right"),
        ([MANY, RIGHT, FEW], "right"),
        ([FEW, RIGHT, BETTER], "better"),
        ([RIGHT, model("other prior", 10, -29.0, -29.5)], "other prior"),
    ],
)
def test_the_fewest_topics_within_one_standard_error_of_the_best_are_selected(
    models: list[EvaluatedModel], chosen: str
) -> None:
    assert select(models).chosen.candidate.training_job == chosen
    assert select(models[::-1]).chosen.candidate.training_job == chosen


def test_a_model_with_too_many_redundant_topics_loses_against_one_without() -> None:
    redundant = model("redundant", 20, -20.0, -20.0, redundant=3)
    found = select([FEW, redundant])
    assert found.chosen is FEW
    assert found.reasons == {
        "redundant": (
            "3 of its 20 topics are duplicates of others or dead, more than 10%; few (5 topics) has 0."
        )
    }
    assert select([FEW, model("just few enough", 20, -20.0, -20.0, redundant=2)]).chosen is not FEW


def test_if_all_have_too_many_the_score_decides() -> None:
    models = [model("a", 5, -30.0, -30.0, redundant=1), model("b", 9, -20.0, -20.0, redundant=4)]
    assert select(models).chosen is models[1]


def test_each_other_candidate_has_its_reason() -> None:
    reasons = select([FEW, RIGHT, MANY]).reasons
    assert reasons["few"] == (
        "Its completion -4.0500 is worse than -3.0150 of many (20 topics) by 1.0350 +- 0.0450 per word."
    )
    assert reasons["many"] == (
        "It predicts held-out documents as well as right (10 topics), which has fewer topics or predicts"
        " better."
    )


def test_without_completion_the_pwll_decides() -> None:
    models = [model("a", 5, pwll=-3.0), model("b", 20, pwll=-2.0), model("c", 10, pwll=-2.0)]
    found = select(models)
    assert found.chosen is models[2]
    assert found.reasons["a"] == "Its test:pwll -3 is no better than -2 of c (10 topics)."
