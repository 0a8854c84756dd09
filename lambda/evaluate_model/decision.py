"""Whether a model is promoted, and why: the truth table of docs/promotion-rules.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluate_model.candidate import METRIC, score

if TYPE_CHECKING:
    from evaluate_model.candidate import Candidate
    from evaluate_model.comparison import Comparison
    from evaluate_model.incumbent import Incumbent


@dataclass(frozen=True)
class Rules:
    """The rules of promotion.

    Attributes
    ----------
    minimum_pwll
        The minimum of the execution, or None.
    tolerance
        How far below the incumbent's the pwll of a promoted model may be.
    when_not_comparable
        The decision if the two can't be compared: promote or hold.
    """

    minimum_pwll: float | None
    tolerance: float
    when_not_comparable: str


@dataclass(frozen=True)
class Decision:
    """Whether to promote, and the reason as a sentence."""

    promote: bool
    reason: str


def decide(candidate: Candidate, comparison: Comparison, rules: Rules) -> Decision:
    """Decide by the pwll of a model: compare it with the minimum, and with the incumbent's if possible."""
    pwll, incumbent = score(candidate), comparison.incumbent
    if rules.minimum_pwll is not None and pwll < rules.minimum_pwll:
        return Decision(
            promote=False, reason=f"{METRIC} {pwll:.6g} is below minimum_pwll {rules.minimum_pwll:.6g}."
        )
    if incumbent is None:
        return Decision(promote=True, reason=f"{METRIC} is {pwll:.6g}, and no model serves yet.")
    if comparison.case == "itself":
        return Decision(promote=True, reason=f"{METRIC} is {pwll:.6g}, and this model already serves.")
    if comparison.case == "other algorithm":
        return Decision(
            promote=True, reason=f"{METRIC} is {pwll:.6g}, and {incumbent.name} {comparison.reason}."
        )
    if comparison.case == "same documents" and incumbent.pwll is not None:
        return _decide_by_pwll(pwll, incumbent.pwll, incumbent.name, rules.tolerance)
    return _decide_by_setting(pwll, incumbent, comparison.reason, rules.when_not_comparable)


def decide_named(candidate: Candidate, incumbent: Incumbent | None) -> Decision:
    """Promote a model because the execution names it.

    Neither `minimum_pwll` nor the incumbent counts: users who name a model want that one, and the
    minimum_pwll of such an execution may be the setting's.
    """
    own = f"its own {METRIC} is {candidate.pwll:.6g}" if candidate.pwll is not None else f"it has no {METRIC}"
    if incumbent is None:
        serving = "no model serves yet"
    elif incumbent.model_data_url == candidate.model_data_url:
        serving = "it already serves"
    elif incumbent.pwll is None:
        serving = f"{incumbent.name} has none on record"
    else:
        serving = f"that of {incumbent.name} is {incumbent.pwll:.6g}"
    reason = (
        f"The model of {candidate.training_job} was named by promote_training_job and is promoted without a "
        f"comparison: {own}, and {serving}."
    )
    return Decision(promote=True, reason=reason)


def _decide_by_pwll(pwll: float, serving: float, name: str, tolerance: float) -> Decision:
    promote = pwll >= serving - tolerance
    verdict = "at least as good"
    if pwll < serving:
        verdict = f"worse, {'within' if promote else 'by more than'} the tolerance {tolerance:.6g}"
    numbers = f"{METRIC} {pwll:.6g} against {serving:.6g} of {name}"
    return Decision(promote=promote, reason=f"{numbers}, on the same test documents: {verdict}.")


def _decide_by_setting(
    pwll: float, incumbent: Incumbent, obstacle: str, when_not_comparable: str
) -> Decision:
    there = "" if incumbent.pwll is None else f" (its {METRIC} there: {incumbent.pwll:.6g})"
    reason = (
        f"{METRIC} {pwll:.6g} can't be compared: {incumbent.name} {obstacle}{there}. "
        f"The setting when_not_comparable is {when_not_comparable}."
    )
    return Decision(promote=when_not_comparable == "promote", reason=reason)
