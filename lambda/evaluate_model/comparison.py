"""Whether the score of the model that serves says anything about another model's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from evaluate_model.candidate import finite, trained_by_open, training_job_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaluate_model.candidate import Candidate


@dataclass(frozen=True)
class Incumbent:
    """The model that serves: its url, its job if we know it, and its evaluation if it has one."""

    model_data_url: str
    evaluation: Mapping[str, Any] | None = None

    @property
    def training_job(self) -> str | None:
        """The job that trained it, when its url is one of ours."""
        return training_job_of(self.model_data_url)

    @property
    def pwll(self) -> float | None:
        """Its per-word log-likelihood, on whatever test documents it was measured."""
        return finite((self.evaluation or {}).get("pwll"))

    @property
    def called(self) -> str:
        """How a sentence names it."""
        return f"the serving model {self.training_job or self.model_data_url}"


Standing = Literal["none", "itself", "other algorithm", "not comparable", "same documents"]
_TEXTS: Final[dict[Standing, str]] = {
    "none": "no incumbent",
    "itself": "the incumbent itself",
    "same documents": "same test documents",
}


@dataclass(frozen=True)
class Comparison:
    """How the model that serves stands to a candidate and, where their scores can't be compared, why.

    Attributes
    ----------
    standing
        The case.
    why
        What a sentence says of the model that serves, after its name.
    """

    standing: Standing
    why: str = ""

    @property
    def text(self) -> str:
        """What evaluation.json says."""
        return _TEXTS.get(self.standing, f"not comparable: the serving model {self.why}")


def compare(candidate: Candidate, test_split: str, incumbent: Incumbent | None) -> Comparison:
    """Return how the model that serves stands to a candidate that was measured on `test_split`.

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
        return Comparison("itself")
    if incumbent.training_job and trained_by_open(incumbent.model_data_url) != candidate.is_open:
        why = "was trained by the other algorithm and can't be served any more"
        return Comparison("other algorithm", why)
    if why := _obstacle(incumbent, test_split):
        return Comparison("not comparable", why)
    return Comparison("same documents")


def _obstacle(incumbent: Incumbent, test_split: str) -> str:
    if incumbent.training_job is None:
        return "wasn't trained here, so that it has no evaluation"
    if incumbent.evaluation is None:
        return f"has no readable evaluation at evaluations/{incumbent.training_job}/evaluation.json"
    if incumbent.pwll is None:
        return "has an evaluation without a finite pwll"
    if incumbent.evaluation.get("test_split") != test_split:
        return "was measured on other test documents"
    return ""
