"""Which candidate of an execution is the best: the rule of docs/promotion-rules.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluate_model.candidate import METRIC
from evaluate_model.completion.score import difference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.completion.score import Score
    from evaluate_model.topics.topic import Topic

# A model of which more topics are duplicates or dead doesn't win against one of which fewer are.
MAX_REDUNDANT_SHARE: Final = 0.1


@dataclass(frozen=True)
class EvaluatedModel:
    """A candidate whose model was read; `score` is None if there is no document to score it on."""

    candidate: Candidate
    diagnostics: Mapping[str, Any]
    score: Score | None
    topics: Sequence[Topic] = ()

    @property
    def too_redundant(self) -> bool:
        """Whether more of its topics are duplicates or dead than a good model's."""
        return self.redundant > MAX_REDUNDANT_SHARE * self.candidate.num_topics

    @property
    def redundant(self) -> int:
        """How many of its topics are duplicates of others, or dead."""
        return int(self.diagnostics["redundant_topics"])


@dataclass(frozen=True)
class Selection:
    """The best candidate, and why each of the others isn't, by training job."""

    chosen: EvaluatedModel
    reasons: Mapping[str, str]


def select(models: Sequence[EvaluatedModel]) -> Selection:
    """Select the fewest topics that predict held-out documents as well as the best number.

    Candidates with too many duplicate or dead topics are left out, unless all have. Of the others, those
    count whose completion is within one standard error of the best one's, paired by document; the one with
    the fewest topics is chosen, and of several the one with the best completion. Without any completion the
    test:pwll decides.

    Parameters
    ----------
    models
        At least one; either all or none have a score, and those without have a finite test:pwll.
    """
    usable = [model for model in models if not model.too_redundant] or list(models)
    best = max(usable, key=_quality)
    equal = [model for model in usable if _is_as_good(model, best)]
    chosen = min(equal, key=lambda model: (model.candidate.num_topics, -_quality(model)))
    reasons = {
        model.candidate.training_job: _reason(model, chosen, best, usable)
        for model in models
        if model is not chosen
    }
    return Selection(chosen, reasons)


def _quality(model: EvaluatedModel) -> float:
    return model.score.per_word if model.score else float(model.candidate.pwll or 0)


def _is_as_good(model: EvaluatedModel, best: EvaluatedModel) -> bool:
    if model.score is None or best.score is None:
        return _quality(model) == _quality(best)
    behind = difference(best.score, model.score)
    return behind.mean <= behind.standard_error


def _reason(
    model: EvaluatedModel, chosen: EvaluatedModel, best: EvaluatedModel, usable: Sequence[EvaluatedModel]
) -> str:
    """Return why a model isn't the chosen one, as a sentence."""
    name = f"{chosen.candidate.training_job} ({chosen.candidate.num_topics} topics)"
    if model not in usable:
        return (
            f"{model.redundant} of its {model.candidate.num_topics} topics are duplicates of others or dead, "
            f"more than {MAX_REDUNDANT_SHARE:.0%}; {name} has {chosen.redundant}."
        )
    if model.score is None or best.score is None:
        return f"Its {METRIC} {_quality(model):.6g} is no better than {_quality(chosen):.6g} of {name}."
    behind = difference(best.score, model.score)
    if behind.mean <= behind.standard_error:
        return f"It predicts held-out documents as well as {name}, which has fewer topics or predicts better."
    return (
        f"Its completion {model.score.per_word:.4f} is worse than {best.score.per_word:.4f} of "
        f"{best.candidate.training_job} ({best.candidate.num_topics} topics) by {behind.mean:.4f} +- "
        f"{behind.standard_error:.4f} per word."
    )
