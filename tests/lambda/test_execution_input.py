import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from spectral_lda.fitting.settings import MAX_ALPHA0, MIN_ALPHA0

Load = Callable[..., Any]
DEFAULTS = {
    "dataset": "griffiths",
    "num_topics": 10,
    "alpha0": 1.0,
    "max_restarts": 10,
    "max_iterations": 1000,
    "tol": 1e-8,
    "promote": True,
    "minimum_pwll": None,
    "require_promotion": False,
}
WHOLE = {**DEFAULTS, "dry_run": False, "promote_training_job": None, "started_by": ""}


@pytest.fixture
def inputs(load: Load) -> Any:
    return load("inspect_dataset", "execution_input")


def problem(inputs: Any, given: dict[str, Any]) -> str:
    (found,) = inputs.read(given, DEFAULTS).problems
    return str(found)


@pytest.mark.parametrize("given_input", [{}, {"Comment": "Insert your JSON here"}, {"Comment": 5}])
def test_an_empty_input_means_the_defaults_and_the_consoles_comment_nothing(
    inputs: Any, given_input: dict[str, Any]
) -> None:
    request = inputs.read(given_input, DEFAULTS)
    assert (request.fields, request.problems) == (WHOLE, [])


@pytest.mark.parametrize(
    "own",
    [
        {"dataset": "nips", "num_topics": 20.0, "alpha0": 2, "promote": False, "minimum_pwll": -9.5},
        {
            "num_topics": [5, 10],
            "alpha0": [0.1, 1],
            "dry_run": True,
            "started_by": "Zoë: zoe@team.org",
        },
        {"alpha0": [MIN_ALPHA0, MAX_ALPHA0]},
        {"promote_training_job": "lda-dev-run-1-0", "minimum_pwll": -3, "started_by": ""},
    ],
)
def test_given_fields_replace_defaults(inputs: Any, own: dict[str, Any]) -> None:
    request = inputs.read(own, DEFAULTS)
    assert (request.fields, request.problems) == ({**WHOLE, **own}, [])


def test_a_manifests_key_names_the_dataset_that_it_describes(inputs: Any) -> None:
    request = inputs.read({"manifest": "datasets/nips/manifest.json"}, DEFAULTS)
    assert (request.fields, request.problems) == ({**WHOLE, "dataset": "nips"}, [])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("dataset", "../secrets", "1 to 63 of a-z"),
        ("dataset", 5, "1 to 63 of a-z"),
        ("manifest", "datasets/nips/", "datasets/<name>/manifest.json"),
        ("manifest", "datasets/../x/manifest.json", "datasets/<name>/manifest.json"),
        ("num_topics", "10", "a whole number"),
        ("num_topics", 0, "a whole number"),
        ("num_topics", 2.5, "a whole number"),
        ("num_topics", True, "a whole number"),
        ("num_topics", 1e300, "a whole number"),
        ("num_topics", [], "or a list of such numbers"),
        ("num_topics", [10, "20"], "or a list of such numbers"),
        ("num_topics", [[10]], "or a list of such numbers"),
        ("max_restarts", None, "a whole number"),
        ("max_restarts", [10], "a whole number"),
        ("max_iterations", -1, "a whole number"),
        ("alpha0", 0, "a number from 1e-9 to 1e9"),
        ("alpha0", math.nextafter(MIN_ALPHA0, 0), "a number from 1e-9 to 1e9"),
        ("alpha0", math.nextafter(MAX_ALPHA0, math.inf), "a number from 1e-9 to 1e9"),
        ("alpha0", float("nan"), "a number from 1e-9 to 1e9"),
        ("alpha0", [1, 0], "a number from 1e-9 to 1e9"),
        ("tol", "1e-8", "greater than 0"),
        ("promote", "false", "true or false"),
        ("require_promotion", 1, "true or false"),
        ("minimum_pwll", "high", "null for no bound"),
        ("dry_run", "yes", "true or false"),
        ("promote_training_job", "a job", "the name of a training job"),
        ("started_by", 5, "at most 128 letters"),
        ("started_by", "x" * 129, "at most 128 letters"),
        ("started_by", "a\nb", "at most 128 letters"),
        ("started_by", "<b>", "at most 128 letters"),
    ],
)
def test_an_ill_typed_field_is_named_with_what_it_must_be(
    inputs: Any, name: str, value: Any, words: str
) -> None:
    sentence = problem(inputs, {name: value})
    assert f"The field {name} of the execution's input is {json.dumps(value)};" in sentence
    assert words in sentence


def test_an_unknown_field_is_named_and_the_known_ones_are_listed(inputs: Any) -> None:
    assert problem(inputs, {"topics": 10}) == (
        "The execution's input has an unknown field 'topics'. The known fields are dataset, manifest, "
        "num_topics, alpha0, max_restarts, max_iterations, tol, promote, minimum_pwll, require_promotion, "
        "dry_run, promote_training_job, started_by; Comment is ignored."
    )


def test_every_mistake_is_told_and_the_known_fields_are_listed_once(inputs: Any) -> None:
    request = inputs.read({"topics": 1, "num_topics": 0, "tol": -1, "promote": "no"}, DEFAULTS)
    assert len(request.problems) == 4
    assert [("The known fields are" in told) for told in request.problems] == [False, False, False, True]
    assert request.fields.keys() == WHOLE.keys() - {"num_topics", "tol", "promote"}


def test_many_unknown_fields_are_counted_and_not_all_named(inputs: Any) -> None:
    request = inputs.read({f"field_{number}": 1 for number in range(1000)}, DEFAULTS)
    assert "And so it is with 997 more fields." in request.problems[2]
    assert len(" ".join(request.problems)) < 1000


@pytest.mark.parametrize("given_input", [[], "griffiths", None, 5])
def test_an_input_that_is_no_object_is_refused(inputs: Any, given_input: Any) -> None:
    with pytest.raises(ValueError, match=r"must be an object such as \{\}"):
        inputs.read(given_input, DEFAULTS)


def test_requiring_what_is_switched_off_is_refused(inputs: Any) -> None:
    found = problem(inputs, {"promote": False, "require_promotion": True})
    assert "require_promotion while promote is false" in found


def test_a_dataset_and_a_manifest_exclude_each_other_and_neither_is_taken(inputs: Any) -> None:
    request = inputs.read({"dataset": "a", "manifest": "datasets/b/manifest.json"}, DEFAULTS)
    assert "names a dataset and a manifest" in request.problems[0]
    assert "dataset" not in request.fields


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"num_topics": 5, "tol": 1e-4}, "leave out num_topics, tol"),
        ({"dataset": "nips"}, "leave out dataset"),
        ({"manifest": "datasets/nips/manifest.json"}, "leave out manifest"),
        ({"promote": False}, "while promote is false"),
    ],
)
def test_promoting_an_earlier_model_goes_with_no_field_of_a_training(
    inputs: Any, beside: dict[str, Any], words: str
) -> None:
    assert words in problem(inputs, {"promote_training_job": "lda-dev-run-1-0", **beside})


def test_no_dataset_is_looked_at_for_a_job_that_has_no_name(inputs: Any) -> None:
    assert "dataset" not in inputs.read({"promote_training_job": "?"}, DEFAULTS).fields


def test_a_long_value_is_shortened_in_its_sentence(inputs: Any) -> None:
    assert len(problem(inputs, {"num_topics": "9" * 100_000})) < 700


@pytest.mark.parametrize("name", ["num_topics", "alpha0", "max_restarts", "tol", "minimum_pwll"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_whole_number_beyond_all_floats_is_refused_and_shortened(inputs: Any, name: str, sign: int) -> None:
    sentence = problem(inputs, {name: sign * 10**400})
    assert (
        f"The field {name} of the execution's input is {str(sign * 10**400)[:200]}...; it must be" in sentence
    )
