"""Judge whether the model that was just trained is worth promoting."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import boto3
from decision import Bar, Candidate, Decision, Incumbent, decide, pwll_of
from services import Services

_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Write the evaluation and return what the machine decides by.

    Parameters
    ----------
    event
        ``input``, normalised by InspectDataset, and ``training_job``, the job's name.

    Raises
    ------
    EvaluationError
        When the model can't be judged.
    """
    services = Services(
        _S3, _SAGEMAKER, _CLOUDFORMATION, os.environ["DATA_BUCKET"], os.environ["SERVING_STACK"]
    )
    job = services.training_job(event["training_job"])
    metrics = {metric["MetricName"]: metric["Value"] for metric in job.get("FinalMetricDataList", [])}
    url = job["ModelArtifacts"]["S3ModelArtifacts"]
    pwll = pwll_of(event["training_job"], metrics)
    candidate = Candidate(event["training_job"], url, event["input"]["test_split"], pwll)
    diagnostics = services.diagnostics(url)
    incumbent = services.incumbent()
    bar = Bar(event["input"]["minimum_pwll"], float(os.environ["PWLL_TOLERANCE"]))
    decision = decide(candidate, incumbent, bar)
    evaluation = evaluation_of(event["input"], candidate, incumbent, decision, diagnostics)
    services.write_evaluation(candidate.training_job, evaluation)
    return {
        "promote": decision.promote,
        "reason": " ".join(decision.reasons),
        "metrics": metrics,
        "incumbent": incumbent.model_data_url if incumbent else "",
    }


def evaluation_of(
    given: Mapping[str, Any],
    candidate: Candidate,
    incumbent: Incumbent | None,
    decision: Decision,
    diagnostics: Mapping[str, Any],
) -> dict[str, Any]:
    """Return evaluations/<training job>/evaluation.json."""
    fields = asdict(candidate)
    fields.pop("model_data_url")
    return {
        **fields,
        "dataset": given["dataset"],
        "hyperparameters": given["hyperparameters"],
        "incumbent": incumbent
        and {
            "training_job": incumbent.training_job,
            "model_data_url": incumbent.model_data_url,
            "pwll": (incumbent.evaluation or {}).get("pwll"),
        },
        "decision": "promote" if decision.promote else "keep",
        "reasons": list(decision.reasons),
        "diagnostics": diagnostics,
    }
