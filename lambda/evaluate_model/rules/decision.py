"""Whether a model is promoted, and why: the truth table of docs/promotion-rules.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evaluate_model.candidate import METRIC
from evaluate_model.rules.selection import MAX_REDUNDANT_SHARE

if TYPE_CHECKING:
    from evaluate_model.candidate import Candidate
    from evaluate_model.completion.score import Difference, Score
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.rules.comparison import Comparison
    from evaluate_model.rules.selection import EvaluatedModel

# Standard errors by which a model must be worse to be held: by chance it is in 5 % of the cases.
SIGNIFICANT: Final = 1.645


@dataclass(frozen=True)
class Rules:
    """The rules of promotion.

    Attributes
    ----------
    minimum_pwll
        The minimum of the execution, or None.
    accept_new_vocabulary
        Whether a model over other words may replace the one that serves.
    tolerance
        How far below the incumbent's the test:pwll of a promoted model may be, if completion can't be had.
    when_not_comparable
        The decision if the two can't be compared: promote or hold.
    """

    minimum_pwll: float | None
    accept_new_vocabulary: bool
    tolerance: float
    when_not_comparable: str


@dataclass(frozen=True)
class Decision:
    """Whether to promote, and the reason as a sentence."""

    promote: bool
    reason: str


def decide(model: EvaluatedModel, comparison: Comparison, rules: Rules) -> Decision:
    """Decide about a model: compare it with the minimum, and with the incumbent if possible."""
    pwll, own, incumbent = model.candidate.pwll, _own(model), comparison.incumbent
    if rules.minimum_pwll is not None and (pwll is None or pwll < rules.minimum_pwll):
        found = "none" if pwll is None else f"{pwll:.6g}"
        reason = f"{METRIC} {found} is below minimum_pwll {rules.minimum_pwll:.6g}."
        return Decision(promote=False, reason=reason)
    if incumbent is None or comparison.case in {"itself", "other algorithm"}:
        return Decision(promote=True, reason=f"{own}, and {_nothing_to_lose(comparison)}.")
    if comparison.case == "other vocabulary":
        return _decide_by_acceptance(own, incumbent, comparison.reason, accepted=rules.accept_new_vocabulary)
    return _decide_by_scores(model, comparison, incumbent, rules)


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


def _nothing_to_lose(comparison: Comparison) -> str:
    if comparison.incumbent is None:
        return "no model serves yet"
    if comparison.case == "itself":
        return "this model already serves"
    return f"{comparison.incumbent.name} {comparison.reason}"


def _decide_by_scores(
    model: EvaluatedModel, comparison: Comparison, incumbent: Incumbent, rules: Rules
) -> Decision:
    own, serving, found = model.score, comparison.incumbent_score, comparison.difference
    if own and serving and found:
        return _decide_by_completion(model, incumbent, own, serving, found)
    pwll = model.candidate.pwll
    if comparison.case == "test:pwll" and incumbent.pwll is not None and pwll is not None:
        return _decide_by_pwll(pwll, incumbent.pwll, incumbent.name, rules.tolerance)
    return _decide_by_setting(_own(model), incumbent, comparison.reason, rules.when_not_comparable)


def _own(model: EvaluatedModel) -> str:
    """Return the beginning of a sentence with a model's own score."""
    if model.score is None:
        return f"{METRIC} is {model.candidate.pwll:.6g} (no test document could be used for completion)"
    return f"completion is {model.score.per_word:.4f} per word ({model.score.unigram:.4f} without topics)"


def _decide_by_completion(
    model: EvaluatedModel, incumbent: Incumbent, own: Score, serving: Score, found: Difference
) -> Decision:
    numbers = (
        f"completion {own.per_word:.4f} against {serving.per_word:.4f} of {incumbent.name}, per word on the "
        f"same {len(own.tokens)} test documents"
    )
    gain = f"{abs(found.mean):.4f} +- {found.standard_error:.4f}"
    if found.mean < -SIGNIFICANT * found.standard_error:
        return Decision(promote=False, reason=f"{numbers}: worse by {gain}.")
    if model.too_redundant and not _is_redundant(incumbent):
        return Decision(
            promote=False,
            reason=(
                f"{numbers}, but {model.redundant} of its {model.candidate.num_topics} topics are duplicates "
                f"of others or dead, more than {MAX_REDUNDANT_SHARE:.0%}."
            ),
        )
    if found.mean < 0:
        return Decision(promote=True, reason=f"{numbers}: no worse than by chance ({gain} less).")
    return Decision(promote=True, reason=f"{numbers}: at least as good, by {gain}.")


def _is_redundant(incumbent: Incumbent) -> bool:
    return incumbent.redundant_topics > MAX_REDUNDANT_SHARE * max(incumbent.num_topics, 1)


def _decide_by_acceptance(own: str, incumbent: Incumbent, reason: str, *, accepted: bool) -> Decision:
    advice = (
        "The execution accepts a new vocabulary."
        if accepted
        else "Callers count by the old words, so it is not replaced; accept_new_vocabulary: true replaces it."
    )
    return Decision(promote=accepted, reason=f"{own}, and {incumbent.name} {reason}. {advice}")


def _decide_by_pwll(pwll: float, serving: float, name: str, tolerance: float) -> Decision:
    promote = pwll >= serving - tolerance
    verdict = "at least as good"
    if pwll < serving:
        verdict = f"worse, {'within' if promote else 'by more than'} the tolerance {tolerance:.6g}"
    numbers = f"{METRIC} {pwll:.6g} against {serving:.6g} of {name}"
    reason = f"{numbers}, since the completion of both can't be had: {verdict}."
    return Decision(promote=promote, reason=reason)


def _decide_by_setting(own: str, incumbent: Incumbent, obstacle: str, when_not_comparable: str) -> Decision:
    reason = (
        f"{own}, which can't be compared: {incumbent.name} {obstacle}. "
        f"The setting when_not_comparable is {when_not_comparable}."
    )
    return Decision(promote=when_not_comparable == "promote", reason=reason)
