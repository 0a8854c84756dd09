"""The state machine follows EvaluateModel's decision as docs/promotion-rules.md specifies."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.docs.promotion_rules import Rule, rules

# The state machine depends on a row's decision and on the two input fields.
ROWS = {
    (rule.promote, rule.require_promotion, rule.promoted, rule.last_state, rule.status, rule.endpoint): rule
    for rule in rules()
    if rule.last_state != "InvalidInput"
}


@pytest.mark.parametrize("rule", ROWS.values(), ids=str)
def test_an_execution_ends_as_its_row_of_the_table_specifies(
    aws: Any, run: Callable[..., Any], rule: Rule
) -> None:
    # If promote is false, the function may decide either way.
    decisions = [rule.promoted] if rule.promote else [True, False]
    for promote in decisions:
        ended = run(
            InspectDataset={
                **aws.input,
                "promote": rule.promote,
                "require_promotion": rule.require_promotion,
            },
            EvaluateModel={**aws.evaluation, "promote": promote, "reason": "The decision's sentence."},
        )
        assert ended.status == rule.status
        if rule.status == "FAILED":
            assert (ended.error, ended.visited[-1]) == (rule.last_state, "Failed")
            assert "The decision's sentence." in (ended.cause or "")
        else:
            assert ended.visited[-1] == rule.last_state
            assert ended.output["promoted"] is rule.promoted
            assert ended.output["endpoint"] == ("lda-dev" if rule.endpoint == "its name" else None)
        assert bool(ended.of("updateStack")) is rule.promoted


def test_the_rows_cover_every_ending() -> None:
    assert {rule.last_state for rule in ROWS.values()} == {"Promoted", "NotPromoted"}
    assert {rule.status for rule in ROWS.values()} == {"SUCCEEDED", "FAILED"}
