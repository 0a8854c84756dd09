"""The function decides as the table in docs/promotion-rules.md specifies."""

from typing import Any

import pytest

from evaluate_model.candidate import Candidate
from evaluate_model.comparison import compare
from evaluate_model.decision import Decision, Rules, decide
from evaluate_model.incumbent import Incumbent
from tests.docs.promotion_rules import CONDITIONS, Rule, rows, rules

URL = "s3://bucket/models/lda-dev-run-0123abcd-0/output/model.tar.gz"
OLD = "lda-dev-old-89abcdef-0"
TOLERANCE = 0.05
MINIMUM = {"none": None, "reached": -3.0, "missed": -2.9}
# The candidate has -3; what an incumbent of each kind has on record.
INCUMBENTS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "better": ("models", {"pwll": -3.2, "test_split": "split"}),
    "within tolerance": ("models", {"pwll": -2.95, "test_split": "split"}),
    "worse": ("models", {"pwll": -2.949, "test_split": "split"}),
    "not comparable": ("models", {"pwll": -2.0, "test_split": "other"}),
    "unevaluated": ("models", None),
    "other algorithm": ("models/open", {"pwll": -2.0, "test_split": "split"}),
}


def decision_on(rule: Rule) -> Decision:
    candidate = Candidate("lda-dev-run-0123abcd-0", URL, "", {}, {"test:pwll": -3.0})
    incumbent = None
    if rule.incumbent != "none":
        folder, evaluation = INCUMBENTS[rule.incumbent]
        incumbent = Incumbent(f"s3://bucket/{folder}/{OLD}/output/model.tar.gz", evaluation)
    rules = Rules(MINIMUM[rule.minimum_pwll], TOLERANCE, rule.when_not_comparable)
    return decide(candidate, compare(candidate, "split", incumbent), rules)


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.promote], ids=str)
def test_the_function_decides_as_its_row_of_the_table_specifies(rule: Rule) -> None:
    decision = decision_on(rule)
    assert decision.promote is rule.promoted
    assert rule.reason in decision.reason
    assert "-3" in decision.reason, "the sentence has the number"


def test_the_machine_follows_the_function_unless_promote_is_false() -> None:
    for rule in rules():
        assert not (rule.promoted and not rule.promote)
        assert (rule.last_state == "Promoted") == rule.promoted
        assert (rule.status == "FAILED") == (rule.require_promotion and not rule.promoted)
        rejected = {"SUCCEEDED": "null", "FAILED": "no output"}
        assert rule.endpoint == ("its name" if rule.promoted else rejected[rule.status])


def test_a_missing_or_repeated_row_is_an_error() -> None:
    table = rows()
    for broken in (table[1:], [*table, table[0]]):
        with pytest.raises(AssertionError, match=r"is in [02] rows"):
            list(rules(broken))


def test_the_table_has_only_values_that_the_tests_cover() -> None:
    for row in rows():
        for name, known in CONDITIONS.items():
            assert set(row[name].split(" or ")) <= {*known, "any"}, row
