import json
import math
from typing import Any

import pytest

from inspect_dataset.input.execution_input import parse
from spectral_lda.fitting.settings import MAX_ALPHA0, MIN_ALPHA0

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
WHOLE = {
    **DEFAULTS,
    "accept_new_vocabulary": False,
    "dry_run": False,
    "promote_training_job": None,
    "started_by": "",
}


def problem(given: dict[str, Any]) -> str:
    (found,) = parse(given, DEFAULTS).problems
    return str(found)


@pytest.mark.parametrize("given_input", [{}, {"Comment": "Insert your JSON here"}, {"Comment": 5}])
def test_an_empty_input_means_the_defaults_and_the_consoles_comment_is_ignored(
    given_input: dict[str, Any],
) -> None:
    request = parse(given_input, DEFAULTS)
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
def test_given_fields_replace_defaults(own: dict[str, Any]) -> None:
    request = parse(own, DEFAULTS)
    assert (request.fields, request.problems) == ({**WHOLE, **own}, [])


def test_a_manifests_key_names_the_dataset_that_it_describes() -> None:
    request = parse({"manifest": "datasets/nips/manifest.json"}, DEFAULTS)
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
        ("num_topics", [], 'a list of such numbers, or "auto"'),
        ("num_topics", [10, "20"], 'a list of such numbers, or "auto"'),
        ("num_topics", [[10]], 'a list of such numbers, or "auto"'),
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
def test_an_ill_typed_field_is_named_with_what_it_must_be(name: str, value: Any, words: str) -> None:
    sentence = problem({name: value})
    assert f"The field {name} of the execution's input is {json.dumps(value)};" in sentence
    assert words in sentence


def test_an_unknown_field_is_named_and_the_known_ones_are_listed() -> None:
    assert problem({"topics": 10}) == (
        "The execution's input has an unknown field 'topics'. The known fields are dataset, manifest, "
        "num_topics, alpha0, max_restarts, max_iterations, tol, promote, minimum_pwll, "
        "accept_new_vocabulary, require_promotion, dry_run, promote_training_job, started_by; Comment is "
        "ignored."
    )


def test_every_mistake_is_reported_and_the_known_fields_are_listed_once() -> None:
    request = parse({"topics": 1, "num_topics": 0, "tol": -1, "promote": "no"}, DEFAULTS)
    assert len(request.problems) == 4
    assert [("The known fields are" in problem) for problem in request.problems] == [
        False,
        False,
        False,
        True,
    ]
    assert request.fields.keys() == WHOLE.keys() - {"num_topics", "tol", "promote"}


def test_many_unknown_fields_are_counted_and_not_all_named() -> None:
    request = parse({f"field_{number}": 1 for number in range(1000)}, DEFAULTS)
    assert "The same is true of 997 more fields." in request.problems[2]
    assert len(" ".join(request.problems)) < 1000


@pytest.mark.parametrize("given_input", [[], "griffiths", None, 5])
def test_an_input_that_isnt_an_object_is_refused(given_input: Any) -> None:
    with pytest.raises(ValueError, match=r"must be an object such as \{\}"):
        parse(given_input, DEFAULTS)


def test_requiring_a_promotion_that_is_switched_off_is_refused() -> None:
    found = problem({"promote": False, "require_promotion": True})
    assert "require_promotion while promote is false" in found


def test_a_dataset_and_a_manifest_exclude_each_other_and_neither_is_taken() -> None:
    request = parse({"dataset": "a", "manifest": "datasets/b/manifest.json"}, DEFAULTS)
    assert "names a dataset and a manifest" in request.problems[0]
    assert "dataset" not in request.fields


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"num_topics": 5, "tol": 1e-4}, "leave out num_topics, tol"),
        ({"dataset": "nips"}, "leave out dataset"),
        ({"manifest": "datasets/nips/manifest.json"}, "leave out manifest"),
        ({"promote": False}, "while promote is false"),
    ],
)
def test_promoting_an_earlier_model_excludes_the_fields_of_a_training(
    others: dict[str, Any], words: str
) -> None:
    assert words in problem({"promote_training_job": "lda-dev-run-1-0", **others})


def test_an_invalid_training_job_leaves_out_the_dataset() -> None:
    assert "dataset" not in parse({"promote_training_job": "?"}, DEFAULTS).fields


def test_a_long_value_is_shortened_in_its_sentence() -> None:
    assert len(problem({"num_topics": "9" * 100_000})) < 700


@pytest.mark.parametrize("name", ["num_topics", "alpha0", "max_restarts", "tol", "minimum_pwll"])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_whole_number_beyond_all_floats_is_refused_and_shortened(name: str, sign: int) -> None:
    sentence = problem({name: sign * 10**400})
    assert (
        f"The field {name} of the execution's input is {str(sign * 10**400)[:200]}...; it must be" in sentence
    )
