"""How a candidate compares with the model that serves, if the two can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Literal

from common.resource_names import is_open_model
from evaluate_model.completion.score import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluate_model.completion.score import Difference, Score
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.rules.selection import EvaluatedModel

Case = Literal[
    "none", "itself", "other algorithm", "other vocabulary", "not comparable", "completion", "test:pwll"
]
_TEXTS: Final[dict[Case, str]] = {
    "none": "no incumbent",
    "itself": "the incumbent itself",
    "completion": "same test documents",
    "test:pwll": "test:pwll on the same test documents",
}


@dataclass(frozen=True)
class Serving:
    """The model that serves, with what the evaluation found of it.

    Attributes
    ----------
    incumbent
        The model.
    score
        On the sample of the candidates; None if it can't be had.
    vocabulary
        The words that it was trained on, if they are known.
    feature_dim
        How many words it has; 0 if that isn't known.
    """

    incumbent: Incumbent
    score: Score | None
    vocabulary: Sequence[str] | None
    feature_dim: int


@dataclass(frozen=True)
class Comparison:
    """How a candidate compares with the model that serves.

    Attributes
    ----------
    case
        By what the two are compared, or why they aren't.
    incumbent
        The model that serves; None while none does.
    reason
        The predicate of a sentence about the model that serves, where the two aren't comparable.
    difference
        By how much the candidate predicts better, where completion compares them.
    incumbent_score
        The score of the model that serves, in that case.
    """

    case: Case
    incumbent: Incumbent | None = None
    reason: str = ""
    difference: Difference | None = None
    incumbent_score: Score | None = None

    @property
    def text(self) -> str:
        """The field `comparison` of evaluation.json."""
        return _TEXTS.get(self.case, f"not comparable: the serving model {self.reason}")


def compare(
    model: EvaluatedModel, vocabulary: Sequence[str] | None, test_split: str | None, serving: Serving | None
) -> Comparison:
    """Return how a candidate compares with the model that serves.

    Parameters
    ----------
    model
        The candidate, scored.
    vocabulary
        Its words, if they are known.
    test_split
        The identity of its test documents.
    serving
        The model that serves; None while none does.
    """
    if serving is None:
        return Comparison("none")
    candidate, incumbent = model.candidate, serving.incumbent
    if incumbent.model_data_url == candidate.model_data_url:
        return Comparison("itself", incumbent)
    if incumbent.training_job and is_open_model(incumbent.model_data_url) != is_open_model(
        candidate.model_data_url
    ):
        reason = "was trained by the other algorithm and can't be served any more"
        return Comparison("other algorithm", incumbent, reason)
    if reason := _other_words(model, vocabulary, serving):
        return Comparison("other vocabulary", incumbent, reason)
    return _compare_scores(model, test_split, serving)


def _compare_scores(model: EvaluatedModel, test_split: str | None, serving: Serving) -> Comparison:
    incumbent = serving.incumbent
    if model.score and serving.score:
        found = difference(model.score, serving.score)
        return Comparison("completion", incumbent, difference=found, incumbent_score=serving.score)
    if reason := _obstacle(model, serving, test_split):
        return Comparison("not comparable", incumbent, reason)
    return Comparison("test:pwll", incumbent)


def _other_words(model: EvaluatedModel, vocabulary: Sequence[str] | None, serving: Serving) -> str:
    """Return the predicate of a sentence if the model that serves has other words; "" where it has none."""
    width = serving.feature_dim
    if width and width != model.candidate.feature_dim:
        return f"has a vocabulary of {width} words, and the new one {model.candidate.feature_dim}"
    if vocabulary is None or serving.vocabulary is None or list(vocabulary) == list(serving.vocabulary):
        return ""
    pairs = enumerate(zip_longest(serving.vocabulary, vocabulary, fillvalue=""), start=1)
    line, (old, new) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
    return f"has another vocabulary (word {line} is {old[:40]!r}, and {new[:40]!r} in the new one)"


def _obstacle(model: EvaluatedModel, serving: Serving, test_split: str | None) -> str:
    """Return why the test:pwll of two models whose completion can't be compared isn't comparable either."""
    incumbent = serving.incumbent
    if incumbent.training_job is None:
        return "wasn't trained here, so that it has no evaluation"
    if incumbent.evaluation is None:
        return f"has no readable evaluation at evaluations/{incumbent.training_job}/evaluation.json"
    if incumbent.pwll is None:
        return "has an evaluation without a finite pwll"
    if incumbent.evaluation.get("test_split") != test_split:
        return "was measured on other test documents"
    if model.candidate.pwll is None:
        return "can only be compared by its test:pwll, which the new one has none of"
    return ""
