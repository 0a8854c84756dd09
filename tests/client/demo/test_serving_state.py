from dataclasses import replace

import pytest

from client.demo.serving_state import Hosting, check_replaced, tell
from client.errors import SayableError

BEFORE = Hosting(
    model_data_url="s3://bucket/models/one/output/model.tar.gz",
    models=["model-1"],
    configs=["config-1"],
    endpoint="lda-dev",
    status="InService",
    config_of_endpoint="config-1",
)
AFTER = replace(BEFORE, models=["model-2"], configs=["config-2"], config_of_endpoint="config-2")


def test_a_replacement_keeps_the_endpoint_and_nothing_else() -> None:
    check_replaced(BEFORE, AFTER)


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (replace(AFTER, models=["model-1", "model-2"]), "the old model-1 should be gone"),
        (replace(AFTER, endpoint="other"), "is other with config-2: its name should stay"),
        (replace(AFTER, config_of_endpoint="config-1"), "its name should stay and its config change"),
    ],
)
def test_an_update_that_leaves_or_renames_something_is_said(after: Hosting, sentence: str) -> None:
    with pytest.raises(SayableError, match=sentence):
        check_replaced(BEFORE, after)


def test_nothing_hosted_is_said_as_none() -> None:
    nothing = Hosting(
        model_data_url="", models=[], configs=[], endpoint="none", status="", config_of_endpoint="none"
    )
    assert [line.split(":", 1)[1].strip() for line in tell(nothing).splitlines()] == [
        "(empty: no model yet)",
        "none",
        "none",
        "none",
    ]
