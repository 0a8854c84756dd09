"""docs/promotion-rules.md is what the machine does with the function's decision."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promotion_rules import Rule, rules

# The machine sees of a row what the function decided, and the two switches.
SEEN = {
    (rule.promote, rule.require_promotion, rule.promoted, rule.last_state, rule.status, rule.endpoint): rule
    for rule in rules()
    if rule.last_state != "InvalidInput"
}


@pytest.mark.parametrize("rule", SEEN.values(), ids=str)
def test_the_machine_ends_as_its_row_says(aws: Any, run: Callable[..., Any], rule: Rule) -> None:
    # Where promote is false, the function may decide either way.
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


def test_every_ending_of_the_table_is_seen() -> None:
    assert {rule.last_state for rule in SEEN.values()} == {"Promoted", "NotPromoted"}
    assert {rule.status for rule in SEEN.values()} == {"SUCCEEDED", "FAILED"}
