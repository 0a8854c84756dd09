"""Whether the pwll of the model that serves can be compared with a candidate's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from common.resource_names import is_open_model

if TYPE_CHECKING:
    from evaluate_model.candidate import Candidate
    from evaluate_model.incumbent import Incumbent

Case = Literal["none", "itself", "other algorithm", "not comparable", "same documents"]
_TEXTS: Final[dict[Case, str]] = {
    "none": "no incumbent",
    "itself": "the incumbent itself",
    "same documents": "same test documents",
}


@dataclass(frozen=True)
class Comparison:
    """How a candidate compares with the model that serves.

    Attributes
    ----------
    case
        Whether, and why not, the two pwll are comparable.
    incumbent
        The model that serves; None while none does.
    reason
        The predicate of a sentence about the model that serves, where the two aren't comparable.
    """

    case: Case
    incumbent: Incumbent | None = None
    reason: str = ""

    @property
    def text(self) -> str:
        """The field `comparison` of evaluation.json."""
        return _TEXTS.get(self.case, f"not comparable: the serving model {self.reason}")


def compare(candidate: Candidate, test_split: str | None, incumbent: Incumbent | None) -> Comparison:
    """Return how a candidate that was measured on `test_split` compares with the model that serves.

    Parameters
    ----------
    candidate
        The new model.
    test_split
        The checksum of the test documents that it was measured on.
    incumbent
        The model that serves; None while none does.
    """
    if incumbent is None:
        return Comparison("none")
    if incumbent.model_data_url == candidate.model_data_url:
        return Comparison("itself", incumbent)
    if _other_algorithm(candidate, incumbent):
        reason = "was trained by the other algorithm and can't be served any more"
        return Comparison("other algorithm", incumbent, reason)
    if reason := _obstacle(incumbent, test_split):
        return Comparison("not comparable", incumbent, reason)
    return Comparison("same documents", incumbent)


def _other_algorithm(candidate: Candidate, incumbent: Incumbent) -> bool:
    if incumbent.training_job is None:
        return False
    return is_open_model(incumbent.model_data_url) != is_open_model(candidate.model_data_url)


def _obstacle(incumbent: Incumbent, test_split: str | None) -> str:
    if incumbent.training_job is None:
        return "wasn't trained here, so that it has no evaluation"
    if incumbent.evaluation is None:
        return f"has no readable evaluation at evaluations/{incumbent.training_job}/evaluation.json"
    if incumbent.pwll is None:
        return "has an evaluation without a finite pwll"
    if incumbent.evaluation.get("test_split") != test_split:
        return "was measured on other test documents"
    return ""
