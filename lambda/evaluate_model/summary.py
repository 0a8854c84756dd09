"""The result for the state machine, and its summary: a few lines of plain text, for an e-mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluate_model.candidate import METRIC, finite_or_none
from evaluate_model.topics.diagnostics import topics_with_words
from evaluate_model.topics.identity import describe as describe_identities
from evaluate_model.topics.sentences import describe, describe_topics, warnings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.candidate import Candidate
    from evaluate_model.incumbent import Incumbent
    from evaluate_model.rules.decision import Decision
    from evaluate_model.topics.identity import Identities


def render_result(  # noqa: PLR0913 -- what the state machine reads
    candidate: Candidate,
    decision: Decision,
    incumbent: Incumbent | None,
    diagnostics: Mapping[str, Any],
    summary: str,
    *,
    runs: Sequence[Mapping[str, Any]] = (),
    completion: float | None = None,
    further_warnings: Sequence[str] = (),
    identities: Identities | None = None,
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
        "topics": [
            topic | ({"identity": identities.ids[topic["id"]]} if identities else {})
            for topic in topics_with_words(diagnostics)
        ],
        "completion": completion,
        "warnings": [*further_warnings, *warnings(diagnostics)],
        "incumbent": incumbent.model_data_url if incumbent else "",
        "summary": summary,
    }


def render_summary(
    candidate: Candidate,
    decision: Decision,
    diagnostics: Mapping[str, Any],
    *,
    runs: Sequence[Mapping[str, Any]] = (),
    note: str = "",
    further_warnings: Sequence[str] = (),
    identities: Identities | None = None,
) -> str:
    """Return the runs as a table, the decision with its numbers, and the diagnostics.

    Parameters
    ----------
    candidate
        The candidate that was chosen or named.
    decision
        Whether it is promoted, and why.
    diagnostics
        The candidate's.
    runs
        The table of all runs; none where nothing was trained.
    note
        A further sentence for the user.
    further_warnings
        Those about the documents.
    identities
        Which topics continue those of the model that serves.
    """
    found = [*further_warnings, *warnings(diagnostics)]
    topics = topics_with_words(diagnostics)
    continued = describe_identities(identities, topics) if identities else ""
    verdict = "Worth promoting" if decision.promote else "Not worth promoting"
    return "\n".join(
        [
            *(_table(runs, candidate.training_job) if runs else []),
            f"{verdict}: {decision.reason}",
            describe(diagnostics),
            *([continued] if continued else []),
            *describe_topics(topics, diagnostics["num_topics"]),
            *([f"Warnings: {' '.join(found)}"] if found else []),
            *([note] if note else []),
        ]
    )


def _table(runs: Sequence[Mapping[str, Any]], chosen: str) -> list[str]:
    """Return the runs, one a line; the chosen one has an asterisk."""
    lines = [f"  completion {METRIC:>10} {'num_topics':>10} {'alpha0':>8}  training job"]
    for run in runs:
        scores = ("none" if run[name] is None else f"{run[name]:.4f}" for name in ("completion", "pwll"))
        mark = "*" if run["training_job"] == chosen else " "
        reason = f": {run['reason']}" if run["reason"] else ""
        numbers = " ".join(f"{score:>10}" for score in scores)
        lines.append(
            f"{mark} {numbers} {run['num_topics']:>10} {run['alpha0']:>8.6g}  {run['training_job']}{reason}"
        )
    return lines
