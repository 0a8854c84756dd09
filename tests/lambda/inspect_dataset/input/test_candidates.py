import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

Load = Callable[..., Any]
ARN = "arn:aws:states:us-east-1:123456789012:execution:M:e"
FIELDS = {"num_topics": 10.0, "alpha0": 1.0, "max_restarts": 10, "max_iterations": 1000.0, "tol": 1e-8}


@pytest.fixture
def candidates(load: Load) -> Any:
    return load("inspect_dataset.input.candidates")


def test_topics_vary_slower_than_alpha0(candidates: Any) -> None:
    varied = candidates.combinations({"num_topics": [5, 10], "alpha0": [0.1, 1.0]})
    assert [(one.num_topics, one.alpha0) for one in varied] == [(5, 0.1), (5, 1), (10, 0.1), (10, 1)]
    assert candidates.job_names("run", 4) == ["run-1", "run-2", "run-3", "run-4"]


def test_a_single_candidate_needs_no_number(candidates: Any) -> None:
    assert candidates.job_names("run", 1) == ["run"]


def test_hyperparameters_are_texts_and_whole_numbers_have_no_point(candidates: Any) -> None:
    (one,) = candidates.combinations(FIELDS)
    assert candidates.hyperparameters(one, FIELDS, feature_dim=25, documents=1600) == {
        "num_topics": "10",
        "alpha0": "1",
        "max_restarts": "10",
        "max_iterations": "1000",
        "tol": "1e-08",
        "feature_dim": "25",
        "mini_batch_size": "1600",
    }


def test_what_could_not_be_understood_makes_no_candidates(candidates: Any) -> None:
    assert candidates.combinations({"alpha0": 1.0}) == []
    assert candidates.problems({"alpha0": 1.0}) == []


@pytest.mark.parametrize("repeated", [[5, 10, 5], [5, 5.0]])
def test_a_value_twice_is_a_problem(candidates: Any, repeated: list[float]) -> None:
    (problem,) = candidates.problems({"num_topics": repeated, "alpha0": 1})
    assert problem == (
        "The field num_topics of the execution's input holds 5 more than once. Give each value once: the "
        "same model twice would be paid for twice."
    )


def test_more_combinations_than_can_be_compared_are_a_problem(candidates: Any) -> None:
    lists = {"num_topics": list(range(1, 11)), "alpha0": [1, 2, 3, 4]}
    assert candidates.problems(lists) == []
    lists["alpha0"].append(5)
    (problem,) = candidates.problems(lists)
    assert "asks for 50 combinations" in problem
    assert "at most 40" in problem


@given(name=st.text(min_size=1, max_size=80))
def test_a_job_name_is_one_that_sagemaker_takes_with_any_candidate_and_attempt(
    candidates: Any, name: str
) -> None:
    base = candidates.job_name_base("abcdefghijkl-prod", name, ARN)
    assert re.fullmatch(r"abcdefghijkl-prod(-[a-z0-9][a-z0-9-]{0,23})?-[0-9a-f]{8}", base)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", f"{base}-40-99")


def test_a_job_name_follows_the_documented_pattern(candidates: Any) -> None:
    name = "0DDBA11_cafe--0000-1111-2222-333344445555"
    assert candidates.job_name_base("lda-dev", name, ARN) == "lda-dev-0ddba11-cafe-0000-1111-2-3c57a72d"


def test_executions_of_like_names_get_different_jobs(candidates: Any) -> None:
    names = ("run_1", "run-1", "RUN 1")
    assert len({candidates.job_name_base("lda-dev", name, f"{ARN}:{name}") for name in names}) == 3
