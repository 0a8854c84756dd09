from dataclasses import replace

import pytest

from client.demo.serving_state import ServingState, check_replaced, describe
from client.errors import UserError

BEFORE = ServingState(
    model_data_url="s3://bucket/models/one/output/model.tar.gz",
    models=["model-1"],
    configs=["config-1"],
    endpoint="lda-dev",
    status="InService",
    config_of_endpoint="config-1",
)
AFTER = replace(BEFORE, models=["model-2"], configs=["config-2"], config_of_endpoint="config-2")


def test_a_replacement_retains_the_endpoint_only() -> None:
    check_replaced(BEFORE, AFTER)


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (replace(AFTER, models=["model-1", "model-2"]), "the old model-1 should be gone"),
        (replace(AFTER, endpoint="other"), "is other with config-2: its name should stay"),
        (replace(AFTER, config_of_endpoint="config-1"), "its name should stay and its config change"),
    ],
)
def test_the_error_names_resources_that_an_update_left_or_renamed(after: ServingState, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        check_replaced(BEFORE, after)


def test_an_empty_state_is_described_as_none() -> None:
    nothing = ServingState(
        model_data_url="", models=[], configs=[], endpoint="none", status="", config_of_endpoint="none"
    )
    assert [line.split(":", 1)[1].strip() for line in describe(nothing).splitlines()] == [
        "(empty: no model yet)",
        "none",
        "none",
        "none",
    ]
