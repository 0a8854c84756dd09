"""evaluations/<training job>/evaluation.json: the evaluation of a model, for users and later executions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluate_model.candidate import METRIC, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.comparison import Comparison
    from evaluate_model.decision import Decision
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.request import Request, Run
    from evaluate_model.sweep import Sweep

Document = dict[str, Any]
_MAX_REASON: Final = 500


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a completed candidate; `diagnostics` is None if its model wasn't read."""

    candidate: Candidate
    comparison: Comparison
    decision: Decision
    warnings: Sequence[str]
    diagnostics: dict[str, Any] | None


def reason_not_chosen(sweep: Sweep, candidate: Candidate) -> str:
    """Return why a candidate other than the chosen one wasn't chosen, as a sentence."""
    if obstacle := sweep.obstacles.get(candidate.training_job):
        return obstacle
    return (
        f"Another candidate of the same execution was chosen: {METRIC} {score(candidate):.6g} against "
        f"{score(sweep.chosen):.6g} of {sweep.chosen.training_job}."
    )


def render_runs(runs: Sequence[Run], sweep: Sweep) -> list[Document]:
    """Return the table of all runs."""
    pwll = {candidate.training_job: candidate.pwll for candidate in sweep.completed}
    return [
        {
            "training_job": run.training_job,
            "num_topics": run.num_topics,
            "alpha0": run.alpha0,
            "pwll": pwll.get(run.training_job),
            "reason": sweep.obstacles.get(run.training_job, "")[:_MAX_REASON],
        }
        for run in runs
    ]


def render_evaluation(
    evaluation: Evaluation, request: Request, runs: Sequence[Document], incumbent: Incumbent | None
) -> Document:
    """Return the evaluation.json of a candidate.

    Parameters
    ----------
    evaluation
        The evaluation of the candidate.
    request
        The event of the function.
    runs
        The table of all runs.
    incumbent
        The model that serves.
    """
    candidate = evaluation.candidate
    return {
        "training_job": candidate.training_job,
        "model_data_url": candidate.model_data_url,
        "created": candidate.created,
        "hyperparameters": dict(candidate.hyperparameters),
        "pwll": candidate.pwll,
        "dataset": request.dataset,
        "test_split": request.test_split,
        "channels": request.channels,
        "started_by": request.started_by,
        "execution": dict(request.execution),
        "runs": list(runs),
        "incumbent": _render_incumbent(incumbent),
        "comparison": evaluation.comparison.text,
        "decision": "promote" if evaluation.decision.promote else "reject",
        "reasons": [evaluation.decision.reason],
        "warnings": list(evaluation.warnings),
        "diagnostics": evaluation.diagnostics,
    }


def _render_incumbent(incumbent: Incumbent | None) -> Document | None:
    if incumbent is None:
        return None
    return {
        "training_job": incumbent.training_job,
        "model_data_url": incumbent.model_data_url,
        "pwll": incumbent.pwll,
    }
