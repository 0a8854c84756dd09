"""Whether a model is worth promoting, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluate_model.candidate import METRIC, score
from evaluate_model.comparison import Comparison, Incumbent, compare

if TYPE_CHECKING:
    from evaluate_model.candidate import Candidate


@dataclass(frozen=True)
class Rules:
    """What a model must reach.

    Attributes
    ----------
    minimum_pwll
        A bound of its own, or None.
    tolerance
        How much worse than the incumbent it may be.
    when_not_comparable
        What holds where the two can't be compared: promote or hold.
    """

    minimum_pwll: float | None
    tolerance: float
    when_not_comparable: str


@dataclass(frozen=True)
class Decision:
    """Whether to promote, the sentence that says why, and how the incumbent was compared with."""

    promote: bool
    reason: str
    comparison: str

    @property
    def word(self) -> str:
        """What evaluation.json calls it."""
        return "promote" if self.promote else "keep"


def decide(candidate: Candidate, test_split: str, incumbent: Incumbent | None, rules: Rules) -> Decision:
    """Judge a model that has a pwll by its own bound, and by the incumbent where the two are comparable.

    docs/promotion-rules.md holds the truth table.
    """
    comparison = compare(candidate, test_split, incumbent)
    promote, reason = _verdict(score(candidate), incumbent, comparison, rules)
    return Decision(promote=promote, reason=reason, comparison=comparison.text)


def decide_named(candidate: Candidate, incumbent: Incumbent | None) -> Decision:
    """Promote a model because the execution names it.

    Neither `minimum_pwll` nor the incumbent counts: whoever names a model wants that one, and the
    minimum_pwll of such an execution may as well be the setting's.
    """
    own = f"its own {METRIC} is {candidate.pwll:.6g}" if candidate.pwll is not None else f"it has no {METRIC}"
    if incumbent is None:
        other = "no model serves yet"
    elif incumbent.model_data_url == candidate.model_data_url:
        other = "it already serves"
    elif incumbent.pwll is None:
        other = f"{incumbent.called} has none on record"
    else:
        other = f"that of {incumbent.called} is {incumbent.pwll:.6g}"
    reason = (
        f"The model of {candidate.training_job} was named by promote_training_job and is promoted without a "
        f"comparison: {own}, and {other}."
    )
    return Decision(promote=True, reason=reason, comparison="not compared: promote_training_job names it")


def _verdict(
    own: float, incumbent: Incumbent | None, comparison: Comparison, rules: Rules
) -> tuple[bool, str]:
    if rules.minimum_pwll is not None and own < rules.minimum_pwll:
        return False, f"{METRIC} {own:.6g} is below minimum_pwll {rules.minimum_pwll:.6g}."
    if incumbent is None:
        return True, f"{METRIC} is {own:.6g}, and no model serves yet."
    if comparison.standing == "itself":
        return True, f"{METRIC} is {own:.6g}, and this model already serves."
    if comparison.standing == "other algorithm":
        return True, f"{METRIC} is {own:.6g}, and {incumbent.called} {comparison.why}."
    if comparison.standing == "same documents" and incumbent.pwll is not None:
        return _by_score(own, incumbent.pwll, incumbent.called, rules.tolerance)
    return _by_setting(own, incumbent, comparison.why, rules.when_not_comparable)


def _by_score(own: float, other: float, called: str, tolerance: float) -> tuple[bool, str]:
    promote = own >= other - tolerance
    verdict = "at least as good"
    if own < other:
        verdict = f"worse, {'within' if promote else 'by more than'} the tolerance {tolerance:.6g}"
    numbers = f"{METRIC} {own:.6g} against {other:.6g} of {called}"
    return promote, f"{numbers}, on the same test documents: {verdict}."


def _by_setting(own: float, incumbent: Incumbent, why: str, when_not_comparable: str) -> tuple[bool, str]:
    there = "" if incumbent.pwll is None else f" (its {METRIC} there: {incumbent.pwll:.6g})"
    reason = (
        f"{METRIC} {own:.6g} can't be compared: {incumbent.called} {why}{there}. "
        f"The setting when_not_comparable is {when_not_comparable}."
    )
    return when_not_comparable == "promote", reason
