import pytest

from inspect_dataset.input import candidates

FIELDS = {"num_topics": 10.0, "alpha0": 1.0, "max_restarts": 10, "max_iterations": 1000.0, "tol": 1e-8}


def test_topics_vary_slower_than_alpha0() -> None:
    varied = candidates.combinations({"num_topics": [5, 10], "alpha0": [0.1, 1.0]})
    assert [(one.num_topics, one.alpha0) for one in varied] == [(5, 0.1), (5, 1), (10, 0.1), (10, 1)]
    assert candidates.job_names("run", 4) == ["run-1", "run-2", "run-3", "run-4"]


def test_a_single_candidate_needs_no_number() -> None:
    assert candidates.job_names("run", 1) == ["run"]


def test_hyperparameters_are_texts_and_whole_numbers_have_no_point() -> None:
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


def test_with_an_invalid_field_there_are_no_candidates() -> None:
    assert candidates.combinations({"alpha0": 1.0}) == []
    assert candidates.problems({"alpha0": 1.0}) == []


@pytest.mark.parametrize("repeated", [[5, 10, 5], [5, 5.0]])
def test_a_repeated_value_is_a_problem(repeated: list[float]) -> None:
    (problem,) = candidates.problems({"num_topics": repeated, "alpha0": 1})
    assert problem == (
        "The field num_topics of the execution's input contains 5 more than once. Give each value once: the "
        "same model twice would be paid for twice."
    )


def test_more_than_forty_combinations_are_a_problem() -> None:
    lists = {"num_topics": list(range(1, 11)), "alpha0": [1, 2, 3, 4]}
    assert candidates.problems(lists) == []
    lists["alpha0"].append(5)
    (problem,) = candidates.problems(lists)
    assert "asks for 50 combinations" in problem
    assert "at most 40" in problem


@pytest.mark.parametrize(
    ("documents", "words", "numbers"),
    [
        (5000, 9000, [2, 5, 10, 15, 20, 30, 40, 50, 75, 100]),
        (250, 9000, [2, 5, 10, 15, 20]),
        (5000, 12, [2, 5, 10]),
        (9, 9, [1]),
    ],
)
def test_auto_tries_as_many_topics_as_the_documents_support(
    documents: int, words: int, numbers: list[int]
) -> None:
    assert candidates.ladder(documents, words) == numbers
