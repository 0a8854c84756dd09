"""Hyperparameters are strings or numbers; everything else is a client error."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from container.contract.errors import ClientError
from container.contract.hyperparameters import IGNORED, Hyperparameters, parse_hyperparameters

REQUIRED = {"num_topics": "10", "feature_dim": "25", "mini_batch_size": "1600"}


@pytest.mark.parametrize("form", [str, int])
def test_strings_and_numbers_are_accepted(form: Any) -> None:
    values = {key: form(value) for key, value in REQUIRED.items()} | {"alpha0": 0.5, "tol": "1e-6"}
    assert parse_hyperparameters(values) == Hyperparameters(
        num_topics=10, feature_dim=25, mini_batch_size=1600, alpha0=0.5, tol=1e-6
    )


def test_defaults_are_the_built_in_algorithms() -> None:
    parsed = parse_hyperparameters(REQUIRED)
    assert (parsed.alpha0, parsed.max_restarts, parsed.max_iterations, parsed.tol) == (1.0, 10, 1000, 1e-8)


def test_the_undocumented_keys_of_the_built_in_container_are_ignored() -> None:
    assert parse_hyperparameters(REQUIRED | dict.fromkeys(IGNORED, "x")) == parse_hyperparameters(REQUIRED)


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_required_hyperparameter_is_named(key: str) -> None:
    with pytest.raises(ClientError, match=f"The hyperparameter '{key}' is required"):
        parse_hyperparameters({name: value for name, value in REQUIRED.items() if name != key})


@pytest.mark.parametrize(
    "key", ["num_topics", "feature_dim", "mini_batch_size", "max_restarts", "max_iterations"]
)
@pytest.mark.parametrize("value", ["0", "-1", "2.5", "1e3", "", "ten", "٣", "9" * 19, 2.0, True, None, [1]])
def test_an_invalid_whole_number_is_named(key: str, value: object) -> None:
    with pytest.raises(
        ClientError, match=re.escape(f"'{key}' must be a whole number of at least 1, not {value!r}")
    ):
        parse_hyperparameters({**REQUIRED, key: value})


@pytest.mark.parametrize("key", ["alpha0", "tol"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much", "1_0", "٣", "", False, None])
def test_an_invalid_positive_number_is_named(key: str, value: object) -> None:
    with pytest.raises(ClientError, match=re.escape(f"'{key}' must be a positive number, not {value!r}")):
        parse_hyperparameters({**REQUIRED, key: value})


def test_a_model_too_large_to_be_saved_is_rejected() -> None:
    with pytest.raises(
        ClientError, match="'num_topics' 100000 and 'feature_dim' 12419 make a model of more than"
    ):
        parse_hyperparameters({**REQUIRED, "num_topics": "100000", "feature_dim": "12419"})


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.floats() | st.none() | st.booleans()))
def test_any_input_gives_hyperparameters_or_a_client_error(values: dict[str, Any]) -> None:
    try:
        parse_hyperparameters(REQUIRED | values)
    except ClientError as error:
        assert any(repr(key) in str(error) for key in values)  # noqa: PT017 -- no other error may come
