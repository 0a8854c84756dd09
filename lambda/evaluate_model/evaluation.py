"""evaluations/<training job>/evaluation.json: what there is to know of a model, for people and later runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluate_model.comparison import compare
from evaluate_model.decision import Decision
from evaluate_model.topics.advice import warnings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evaluate_model.candidate import Candidate
    from evaluate_model.comparison import Incumbent
    from evaluate_model.sweep import Sweep

Document = dict[str, Any]


def evaluations(
    event: Mapping[str, Any], sweep: Sweep, decision: Decision, incumbent: Incumbent | None
) -> Iterator[Document]:
    """Return the evaluation of every completed candidate of an execution.

    Parameters
    ----------
    event
        What the function was called with.
    sweep
        The candidates.
    decision
        What was decided about the chosen one.
    incumbent
        The model that serves.
    """
    shared = _shared(event, sweep, incumbent)
    for candidate in sweep.completed:
        own = decision
        if candidate is not sweep.chosen:
            comparison = compare(candidate, event["input"]["test_split"], incumbent)
            own = Decision(promote=False, reason=sweep.why_not(candidate), comparison=comparison.text)
        diagnostics = sweep.diagnostics.get(candidate.training_job)
        yield {
            **_described(candidate),
            **shared,
            "comparison": own.comparison,
            "decision": own.word,
            "reasons": [own.reason],
            "warnings": warnings(diagnostics) if diagnostics else [],
            "diagnostics": diagnostics,
        }


def _described(candidate: Candidate) -> Document:
    return {
        "training_job": candidate.training_job,
        "model_data_url": candidate.model_data_url,
        "created": candidate.created,
        "hyperparameters": dict(candidate.hyperparameters),
        "pwll": candidate.pwll,
    }


def _shared(event: Mapping[str, Any], sweep: Sweep, incumbent: Incumbent | None) -> Document:
    """Return what is the same for all candidates of an execution."""
    given = event["input"]
    return {
        **{name: given[name] for name in ("dataset", "test_split", "channels", "started_by")},
        "execution": dict(event["execution"]),
        "runs": sweep.rows(event["runs"]),
        "incumbent": incumbent
        and {
            "training_job": incumbent.training_job,
            "model_data_url": incumbent.model_data_url,
            "pwll": incumbent.pwll,
        },
    }
