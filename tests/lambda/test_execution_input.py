import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Load = Callable[..., Any]
ARN = "arn:aws:states:us-east-1:123456789012:execution:M:e"
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


@pytest.fixture
def inputs(load: Load) -> Any:
    return load("inspect_dataset", "execution_input")


@pytest.mark.parametrize("given_input", [{}, {"Comment": "Insert your JSON here"}, {"Comment": 5}])
def test_an_empty_input_means_the_defaults_and_the_consoles_comment_nothing(
    inputs: Any, given_input: dict[str, Any]
) -> None:
    assert inputs.with_defaults(given_input, DEFAULTS) == DEFAULTS


def test_given_fields_replace_defaults(inputs: Any) -> None:
    own = {"dataset": "nips", "num_topics": 20.0, "alpha0": 2, "promote": False, "minimum_pwll": -9.5}
    assert inputs.with_defaults(own, DEFAULTS) == {**DEFAULTS, **own}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("dataset", "../secrets", "1 to 63 of a-z"),
        ("dataset", 5, "1 to 63 of a-z"),
        ("num_topics", "10", "a whole number"),
        ("num_topics", 0, "a whole number"),
        ("num_topics", 2.5, "a whole number"),
        ("num_topics", True, "a whole number"),
        ("num_topics", 1e300, "a whole number"),
        ("max_restarts", None, "a whole number"),
        ("max_iterations", -1, "a whole number"),
        ("alpha0", 0, "greater than 0"),
        ("alpha0", float("nan"), "greater than 0"),
        ("tol", "1e-8", "greater than 0"),
        ("promote", "false", "true or false"),
        ("require_promotion", 1, "true or false"),
        ("minimum_pwll", "high", "null for no bound"),
    ],
)
def test_an_ill_typed_field_is_named_with_what_it_must_be(
    inputs: Any, name: str, value: Any, words: str
) -> None:
    with pytest.raises(inputs.InvalidInputError, match=words) as raised:
        inputs.with_defaults({name: value}, DEFAULTS)
    assert f"The field {name} of the execution's input is {json.dumps(value)};" in str(raised.value)


def test_an_unknown_field_is_named_and_the_known_ones_are_listed(inputs: Any) -> None:
    with pytest.raises(inputs.InvalidInputError) as raised:
        inputs.with_defaults({"topics": 10}, DEFAULTS)
    assert str(raised.value) == (
        "The execution's input has an unknown field 'topics'. The known fields are dataset, num_topics, "
        "alpha0, max_restarts, max_iterations, tol, promote, minimum_pwll, require_promotion; "
        "Comment is ignored."
    )


@pytest.mark.parametrize("given_input", [[], "griffiths", None, 5])
def test_an_input_that_is_no_object_is_refused(inputs: Any, given_input: Any) -> None:
    with pytest.raises(inputs.InvalidInputError, match=r"must be an object such as \{\}"):
        inputs.with_defaults(given_input, DEFAULTS)


def test_requiring_what_is_switched_off_is_refused(inputs: Any) -> None:
    with pytest.raises(inputs.InvalidInputError, match="require_promotion while promote is false"):
        inputs.with_defaults({"promote": False, "require_promotion": True}, DEFAULTS)


def test_a_long_value_is_shortened_in_its_sentence(inputs: Any) -> None:
    with pytest.raises(inputs.InvalidInputError) as raised:
        inputs.with_defaults({"num_topics": "9" * 100_000}, DEFAULTS)
    assert len(str(raised.value)) < 700


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=80))
def test_a_job_name_is_one_that_sagemaker_takes_with_any_attempt(inputs: Any, name: str) -> None:
    base = inputs.job_name_base("abcdefghijkl-prod", name, ARN)
    assert re.fullmatch(r"abcdefghijkl-prod(-[a-z0-9][a-z0-9-]{0,23})?-[0-9a-f]{8}", base)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", f"{base}-99")


def test_a_job_name_follows_the_documented_pattern(inputs: Any) -> None:
    name = "0DDBA11_cafe--0000-1111-2222-333344445555"
    assert inputs.job_name_base("lda-dev", name, ARN) == "lda-dev-0ddba11-cafe-0000-1111-2-3c57a72d"


def test_executions_of_like_names_get_different_jobs(inputs: Any) -> None:
    bases = {inputs.job_name_base("lda-dev", name, f"{ARN}:{name}") for name in ("run_1", "run-1", "RUN 1")}
    assert len(bases) == 3
