"""Judge the models that an execution trained, or the one that it names."""

import os
from collections.abc import Sequence
from typing import Any

import boto3

from evaluate_model.candidate import Candidate, finite, score
from evaluate_model.comparison import Incumbent
from evaluate_model.decision import Decision, Rules, decide, decide_named
from evaluate_model.evaluation import evaluations
from evaluate_model.services import Services
from evaluate_model.store import Store
from evaluate_model.summary import summary
from evaluate_model.sweep import hold

_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")
_CLOUDWATCH = boto3.client("cloudwatch")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the evaluations and return what the machine decides by.

    Parameters
    ----------
    event
        ``input``, normalised by InspectDataset; ``runs``, the training jobs that ended; and ``execution``,
        with its arn and name.

    Raises
    ------
    EvaluationError
        When no model can be judged.
    """
    services = Services(
        sagemaker=_SAGEMAKER,
        cloudformation=_CLOUDFORMATION,
        cloudwatch=_CLOUDWATCH,
        store=Store(_S3, os.environ["DATA_BUCKET"]),
        serving_stack=os.environ["SERVING_STACK"],
        metric_namespace=os.environ["METRIC_NAMESPACE"],
        deployment=os.environ["DEPLOYMENT"],
    )
    if event["input"]["promote_training_job"]:
        return _judge_named(services, event["input"]["promote_training_job"])
    return _judge_runs(services, event)


def _judge_runs(services: Services, event: dict[str, Any]) -> dict[str, Any]:
    """Choose the best run and compare it with the model that serves."""
    given = event["input"]
    sweep = hold(services, event["runs"], given["dataset"])
    incumbent = services.incumbent()
    rules = Rules(
        minimum_pwll=given["minimum_pwll"],
        tolerance=float(os.environ["PWLL_TOLERANCE"]),
        when_not_comparable=os.environ["WHEN_NOT_COMPARABLE"],
    )
    decision = decide(sweep.chosen, given["test_split"], incumbent, rules)
    for document in evaluations(event, sweep, decision, incumbent):
        services.store.write_evaluation(document)
    note = services.put_metric(score(sweep.chosen))
    rows = sweep.rows(event["runs"])
    diagnostics = sweep.diagnostics[sweep.chosen.training_job]
    text = summary(sweep.chosen, decision, diagnostics, rows=rows, note=note)
    return _result(sweep.chosen, decision, incumbent, rows, text)


def _judge_named(services: Services, training_job: str) -> dict[str, Any]:
    """Read the model that the execution names, so that a broken one isn't promoted; its evaluation stays."""
    candidate = services.candidate(training_job)
    diagnostics = services.store.diagnostics(candidate.model_data_url)
    incumbent = services.incumbent()
    decision = decide_named(candidate, incumbent)
    return _result(candidate, decision, incumbent, [], summary(candidate, decision, diagnostics))


def _result(
    candidate: Candidate,
    decision: Decision,
    incumbent: Incumbent | None,
    rows: Sequence[dict[str, Any]],
    text: str,
) -> dict[str, Any]:
    return {
        "promote": decision.promote,
        "reason": decision.reason,
        "training_job": candidate.training_job,
        "model_data_url": candidate.model_data_url,
        "num_topics": candidate.num_topics,
        # Infinity and NaN are no JSON.
        "metrics": {name: value for name, value in candidate.metrics.items() if finite(value) is not None},
        "runs": list(rows),
        "incumbent": incumbent.model_data_url if incumbent else "",
        "summary": text,
    }
