"""The function decides as the table in docs/promotion-rules.md specifies."""

from dataclasses import dataclass
from typing import Any

import pytest

from evaluate_model.candidate import Candidate
from evaluate_model.completion.score import Score
from evaluate_model.incumbent import Incumbent
from evaluate_model.rules.comparison import Serving, compare
from evaluate_model.rules.decision import Decision, Rules, decide
from evaluate_model.rules.selection import EvaluatedModel
from tests.docs.promotion_rules import CONDITIONS, Rule, rows, rules

URL = "s3://bucket/models/lda-dev-run-0123abcd-0/output/model.tar.gz"
OLD = "lda-dev-old-89abcdef-0"
TOLERANCE = 0.05
MINIMUM = {"none": None, "reached": -3.0, "missed": -2.9}
WORDS = ["ant", "bee"]
# Two documents of ten words; the candidate has -3 per word.
OWN = Score((-30.0, -30.0), (10, 10), -4.0)


@dataclass
class Kind:
    """An incumbent: what its evaluation has, and its score on the candidate's documents."""

    evaluation: dict[str, Any] | None
    score: Score | None = None
    folder: str = "models"
    words: list[str] | None = None


def scored(first: float, second: float) -> Score:
    return Score((first, second), (10, 10), -4.0)


EVALUATION = {"pwll": -2.0, "test_split": "split", "diagnostics": {"num_topics": 10, "redundant_topics": 0}}
INCUMBENTS = {
    "as good": Kind(EVALUATION, scored(-30.0, -30.0)),
    # 0.05 +- 0.1 per word, and 0.05 +- 0.03.
    "worse by chance": Kind(EVALUATION, scored(-30.5, -28.5)),
    "worse": Kind(EVALUATION, scored(-29.8, -29.2)),
    "redundant": Kind(EVALUATION, scored(-30.0, -30.0)),
    "other vocabulary": Kind(EVALUATION, scored(-40.0, -40.0), words=["ant", "cat"]),
    "new vocabulary accepted": Kind(EVALUATION, scored(-20.0, -20.0), words=["ant", "cat"]),
    "pwll within tolerance": Kind({**EVALUATION, "pwll": -2.95}),
    "pwll worse": Kind({**EVALUATION, "pwll": -2.949}),
    "not comparable": Kind(None),
    "other algorithm": Kind(EVALUATION, scored(-20.0, -20.0), folder="models/open"),
}


def decision_on(rule: Rule) -> Decision:
    kind = INCUMBENTS.get(rule.incumbent)
    own = None if rule.incumbent.startswith("pwll") else OWN
    hyperparameters = {"num_topics": "10", "feature_dim": "2"}
    candidate = Candidate("lda-dev-run-0123abcd-0", URL, "", hyperparameters, {"test:pwll": -3.0})
    model = EvaluatedModel(candidate, {"redundant_topics": 2 if rule.incumbent == "redundant" else 1}, own)
    serving = None
    if kind:
        incumbent = Incumbent(f"s3://bucket/{kind.folder}/{OLD}/output/model.tar.gz", kind.evaluation)
        serving = Serving(incumbent, kind.score, kind.words or WORDS, 2)
    accepted = rule.incumbent == "new vocabulary accepted"
    decided_by = Rules(MINIMUM[rule.minimum_pwll], accepted, TOLERANCE, rule.when_not_comparable)
    return decide(model, compare(model, WORDS, "split", serving), decided_by)


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.promote], ids=str)
def test_the_function_decides_as_its_row_of_the_table_specifies(rule: Rule) -> None:
    decision = decision_on(rule)
    assert decision.promote is rule.promoted, decision.reason
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
