"""What an evaluation tells people: a few lines of plain text, for a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluate_model.candidate import METRIC
from evaluate_model.topics.advice import told, warnings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.decision import Decision


def table(rows: Sequence[Mapping[str, Any]], chosen: str) -> list[str]:
    """Return the runs, one a line; the chosen one carries an asterisk."""
    lines = [f"  {METRIC:>10} {'num_topics':>10} {'alpha0':>8}  training job"]
    for row in rows:
        pwll = "none" if row["pwll"] is None else f"{row['pwll']:.6g}"
        mark = "*" if row["training_job"] == chosen else " "
        reason = f": {row['reason']}" if row["reason"] else ""
        lines.append(
            f"{mark} {pwll:>10} {row['num_topics']:>10} {row['alpha0']:>8.6g}  {row['training_job']}{reason}"
        )
    return lines


def summary(
    candidate: Candidate,
    decision: Decision,
    diagnostics: Mapping[str, Any],
    *,
    rows: Sequence[Mapping[str, Any]] = (),
    note: str = "",
) -> str:
    """Return the runs as a table, the decision with its numbers, and the diagnostics.

    Parameters
    ----------
    candidate
        The one that the decision is about.
    decision
        What was decided.
    diagnostics
        The candidate's.
    rows
        The table of all runs; none where nothing was trained.
    note
        What else a person should know.
    """
    worth = "Worth promoting" if decision.promote else "Not worth promoting"
    doubts = " ".join(warnings(diagnostics))
    return "\n".join(
        [
            *(table(rows, candidate.training_job) if rows else []),
            f"{worth}: {decision.reason}",
            told(diagnostics),
            *([f"Warnings: {doubts}"] if doubts else []),
            *([note] if note else []),
        ]
    )
