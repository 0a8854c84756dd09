"""evaluations/<training job>/evaluation.json: the evaluation of a model, for users and later executions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evaluate_model.completion.score import difference
from evaluate_model.rules.decision import Decision
from evaluate_model.topics.sentences import warnings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.completion.held_out import Sample
    from evaluate_model.completion.score import Difference, Score
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.request import Request, Run
    from evaluate_model.rules.comparison import Comparison
    from evaluate_model.rules.selection import EvaluatedModel
    from evaluate_model.sweep import Sweep

Document = dict[str, Any]
_MAX_REASON: Final = 500


@dataclass(frozen=True)
class Evaluation:
    """The evaluation of a completed candidate; `model` is None if it couldn't be read.

    `comparison` is that of the chosen candidate alone: only it can be promoted.
    """

    candidate: Candidate
    model: EvaluatedModel | None
    comparison: Comparison | None
    decision: Decision
    further_warnings: Sequence[str]


def evaluate(candidate: Candidate, sweep: Sweep, comparison: Comparison, decision: Decision) -> Evaluation:
    """Return the evaluation of a candidate.

    Parameters
    ----------
    candidate
        Any of the sweep.
    sweep
        The candidates, scored.
    comparison, decision
        Those of the chosen candidate.
    """
    job = candidate.training_job
    model = sweep.models.get(job)
    if model is sweep.selection.chosen:
        return Evaluation(candidate, model, comparison, decision, sweep.warnings)
    reason = sweep.obstacles.get(job) or f"Another candidate was chosen. {sweep.selection.reasons[job]}"
    return Evaluation(candidate, model, None, Decision(promote=False, reason=reason), sweep.warnings)


def render_runs(runs: Sequence[Run], sweep: Sweep) -> list[Document]:
    """Return the table of all runs."""
    return [_render_run(run, sweep) for run in runs]


def _render_run(run: Run, sweep: Sweep) -> Document:
    job, chosen = run.training_job, sweep.selection.chosen
    pwll = {candidate.training_job: candidate.pwll for candidate in sweep.completed}
    model = sweep.models.get(job)
    reason = sweep.obstacles.get(job) or sweep.selection.reasons.get(job, "")
    row: Document = {
        "training_job": job,
        "num_topics": run.num_topics,
        "alpha0": run.alpha0,
        "pwll": pwll.get(job),
        "completion": None,
        "difference": None,
        "redundant_topics": model.redundant if model else None,
        "reason": reason[:_MAX_REASON],
    }
    if model and model.score:
        row["completion"] = model.score.per_word
        if chosen.score and model is not chosen:
            row["difference"] = _render_difference(difference(model.score, chosen.score))
    return row


def _render_difference(found: Difference) -> Document:
    return {"mean": found.mean, "standard_error": found.standard_error}


def render_evaluation(
    evaluation: Evaluation,
    request: Request,
    runs: Sequence[Document],
    incumbent: Incumbent | None,
    sample: Sample,
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
    sample
        The documents that the models were scored on.
    """
    candidate, model, comparison = evaluation.candidate, evaluation.model, evaluation.comparison
    return {
        "training_job": candidate.training_job,
        "model_data_url": candidate.model_data_url,
        "created": candidate.created,
        "hyperparameters": dict(candidate.hyperparameters),
        "pwll": candidate.pwll,
        "completion": _render_score(model.score, sample) if model and model.score else None,
        "dataset": request.dataset,
        "test_split": request.test_split,
        "channels": request.channels,
        "started_by": request.started_by,
        "execution": dict(request.execution),
        "runs": list(runs),
        "incumbent": _render_incumbent(incumbent, comparison),
        "comparison": comparison.text if comparison else "not chosen",
        "decision": _decision(evaluation.decision, request),
        "reasons": [evaluation.decision.reason],
        "warnings": [
            *evaluation.further_warnings,
            *(warnings(model.diagnostics) if model else []),
        ],
        "diagnostics": model.diagnostics if model else None,
    }


def _decision(decision: Decision, request: Request) -> str:
    if not decision.promote:
        return "reject"
    return "promote" if request.promote else "recommended"


def _render_score(score: Score, sample: Sample) -> Document:
    return {
        "per_word": score.per_word,
        "standard_error": score.standard_error,
        "unigram": score.unigram,
        "documents": len(score.tokens),
        "tokens": sum(score.tokens),
        "chosen_from": sample.read,
    }


def _render_incumbent(incumbent: Incumbent | None, comparison: Comparison | None) -> Document | None:
    if incumbent is None:
        return None
    found = comparison.difference if comparison else None
    score = comparison.incumbent_score if comparison else None
    return {
        "training_job": incumbent.training_job,
        "model_data_url": incumbent.model_data_url,
        "pwll": incumbent.pwll,
        "completion": score.per_word if score else None,
        "difference": _render_difference(found) if found else None,
    }
