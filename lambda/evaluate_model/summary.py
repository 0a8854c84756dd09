"""The result for the state machine, and its summary: a few lines of plain text, for an e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluate_model.candidate import METRIC, finite_or_none
from evaluate_model.topics.diagnostics import topics_with_words
from evaluate_model.topics.sentences import describe, describe_topics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.decision import Decision
    from evaluate_model.incumbent import Incumbent


def render_result(
    candidate: Candidate,
    decision: Decision,
    incumbent: Incumbent | None,
    runs: Sequence[Mapping[str, Any]],
    summary: str,
    diagnostics: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the result that the state machine reads."""
    metrics = candidate.metrics.items()
    return {
        "promote": decision.promote,
        "reason": decision.reason,
        "training_job": candidate.training_job,
        "model_data_url": candidate.model_data_url,
        "num_topics": candidate.num_topics,
        # JSON has no Infinity and no NaN.
        "metrics": {name: value for name, value in metrics if finite_or_none(value) is not None},
        "runs": list(runs),
        "topics": topics_with_words(diagnostics),
        "incumbent": incumbent.model_data_url if incumbent else "",
        "summary": summary,
    }


def render_summary(
    candidate: Candidate,
    decision: Decision,
    diagnostics: Mapping[str, Any],
    warnings: Sequence[str],
    *,
    runs: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> str:
    """Return the runs as a table, the decision with its numbers, and the diagnostics.

    Parameters
    ----------
    candidate
        The candidate that was chosen or named.
    decision
        Whether it is promoted, and why.
    diagnostics, warnings
        The candidate's.
    runs
        The table of all runs; none where nothing was trained.
    note
        A further sentence for the user.
    """
    verdict = "Worth promoting" if decision.promote else "Not worth promoting"
    return "\n".join(
        [
            *(_table(runs, candidate.training_job) if runs else []),
            f"{verdict}: {decision.reason}",
            describe(diagnostics),
            *describe_topics(topics_with_words(diagnostics), diagnostics["num_topics"]),
            *([f"Warnings: {' '.join(warnings)}"] if warnings else []),
            *([note] if note else []),
        ]
    )


def _table(runs: Sequence[Mapping[str, Any]], chosen: str) -> list[str]:
    """Return the runs, one a line; the chosen one has an asterisk."""
    lines = [f"  {METRIC:>10} {'num_topics':>10} {'alpha0':>8}  training job"]
    for run in runs:
        pwll = "none" if run["pwll"] is None else f"{run['pwll']:.6g}"
        mark = "*" if run["training_job"] == chosen else " "
        reason = f": {run['reason']}" if run["reason"] else ""
        lines.append(
            f"{mark} {pwll:>10} {run['num_topics']:>10} {run['alpha0']:>8.6g}  {run['training_job']}{reason}"
        )
    return lines
