"""Whether a new model is worth promoting, and why."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

METRIC: Final = "test:pwll"
_MODEL_URL: Final = re.compile(r"s3://[^/]+/models/(?P<open>open/)?(?P<job>[^/]+)/output/model\.tar\.gz")


class EvaluationError(ValueError):
    """A model can't be judged; the text is a sentence for whoever started the execution."""


@dataclass(frozen=True)
class Candidate:
    """The model that was just trained."""

    training_job: str
    model_data_url: str
    test_split: str
    pwll: float


@dataclass(frozen=True)
class Bar:
    """What a model must reach: a bound of its own, and how much worse than the incumbent it may be."""

    minimum_pwll: float | None
    tolerance: float


@dataclass(frozen=True)
class Incumbent:
    """The model that serves: its url, its job if we know it, and its evaluation if it has one."""

    model_data_url: str
    evaluation: Mapping[str, Any] | None = None

    @property
    def training_job(self) -> str | None:
        """The job that trained it, when its url is one of ours."""
        return training_job_of(self.model_data_url)


@dataclass(frozen=True)
class Decision:
    """Whether to promote, and the sentences that led there; the last one decided."""

    promote: bool
    reasons: tuple[str, ...]


def training_job_of(model_data_url: str) -> str | None:
    """Return the training job behind a model's url; None when the url isn't laid out as ours are."""
    match = _MODEL_URL.fullmatch(model_data_url)
    return match["job"] if match else None


def pwll_of(training_job: str, metrics: Mapping[str, float]) -> float:
    """Return the per-word log-likelihood of the test channel.

    Raises
    ------
    EvaluationError
        When the job reported none, or no finite number.
    """
    if METRIC not in metrics:
        raise EvaluationError(
            f"The training job {training_job} reported no {METRIC}, only {', '.join(metrics) or 'nothing'}. "
            "Its log, in /aws/sagemaker/TrainingJobs, says whether it scored the test channel."
        )
    if not math.isfinite(metrics[METRIC]):
        raise EvaluationError(
            f"The training job {training_job} reported {METRIC} = {metrics[METRIC]}, which is no finite "
            "number: the model gives some test word no probability at all. Its log is in "
            "/aws/sagemaker/TrainingJobs."
        )
    return metrics[METRIC]


def decide(candidate: Candidate, incumbent: Incumbent | None, bar: Bar) -> Decision:
    """Judge a model by its own bound, and by the incumbent where the two are comparable."""
    if bar.minimum_pwll is not None and candidate.pwll < bar.minimum_pwll:
        reason = f"{METRIC} {candidate.pwll:.6g} is below minimum_pwll {bar.minimum_pwll:.6g}."
        return Decision(promote=False, reasons=(reason,))
    if incumbent is None:
        return Decision(promote=True, reasons=("No model serves yet.",))
    if obstacle := _not_comparable(candidate, incumbent):
        return Decision(
            promote=True, reasons=(obstacle, "Without anything to compare with, nothing speaks against it.")
        )
    return _compared(candidate, incumbent, bar)


def _not_comparable(candidate: Candidate, incumbent: Incumbent) -> str | None:
    """Return why the incumbent's number says nothing about the candidate's, or None when it does."""
    name = f"The serving model {incumbent.training_job}"
    if incumbent.training_job is None:
        return (
            f"The serving model {incumbent.model_data_url} wasn't trained here, so that it has no evaluation."
        )
    if _is_open(candidate.model_data_url) != _is_open(incumbent.model_data_url):
        return f"{name} was trained by the other algorithm, and can't be served any more."
    if incumbent.evaluation is None:
        return f"{name} has no readable evaluation at evaluations/{incumbent.training_job}/evaluation.json."
    if incumbent.evaluation.get("test_split") != candidate.test_split:
        return f"{name} was evaluated on other test documents."
    if not _is_number(incumbent.evaluation.get("pwll")):
        return f"{name} has an evaluation without a finite pwll."
    return None


def _compared(candidate: Candidate, incumbent: Incumbent, bar: Bar) -> Decision:
    other = (incumbent.evaluation or {})["pwll"]
    promote = candidate.pwll >= other - bar.tolerance
    reason = (
        f"{METRIC} {candidate.pwll:.6g} against {other:.6g} of the serving model {incumbent.training_job}, "
        f"on the same test documents: {'within' if promote else 'worse by more than'} the tolerance "
        f"{bar.tolerance:.6g}."
    )
    return Decision(promote=promote, reasons=(reason,))


def _is_open(model_data_url: str) -> bool:
    match = _MODEL_URL.fullmatch(model_data_url)
    return bool(match and match["open"])


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
