"""Every evaluated model, from its evaluation.json in the data bucket."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from client.deployment import Deployment

_PREFIX = "evaluations/"
_FILE = "/evaluation.json"
_MAX_CONCURRENCY = 8  # botocore's connection pool has ten connections
_COLUMNS = (
    "training job",
    "created",
    "dataset",
    "num_topics",
    "alpha0",
    "completion",
    "test:pwll",
    "decision",
    "serving",
    "started by",
    "largest topics",
)
_SHOWN_TOPICS, _SHOWN_WORDS = 3, 3


@dataclass(frozen=True, kw_only=True)
class EvaluatedModel:
    """One model: its dataset, hyperparameters, scores, decision; None for what the evaluation lacks.

    `completion` is per word in nats. The decision is promote, recommended (the execution asked for no
    promotion) or reject. `topics` has three words of each topic, if they are known; the largest is first.
    """

    training_job: str
    created: str = ""
    dataset: str = ""
    num_topics: int | None = None
    alpha0: float | None = None
    completion: float | None = None
    pwll: float | None = None
    decision: str
    started_by: str = ""
    serving: bool = False
    topics: tuple[str, ...] = ()


def list_models(deployment: Deployment) -> list[EvaluatedModel]:
    """Read every evaluation in the data bucket, the newest first.

    Parameters
    ----------
    deployment
        The deployment whose bucket is read.

    Raises
    ------
    UserError
        The Storage stack is not deployed.
    """
    bucket = deployment.output("Storage", "DataBucketName")
    serving_url = deployment.parameter("Serving", "ModelDataUrl")
    s3 = deployment.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    with ThreadPoolExecutor(_MAX_CONCURRENCY) as readers:
        models = readers.map(
            lambda key: _parse(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read(), serving_url),
            [key for key in keys if key.endswith(_FILE)],
        )
        return sorted(models, key=lambda model: (model.created, model.training_job), reverse=True)


def table(models: Sequence[EvaluatedModel]) -> list[Sequence[str]]:
    """Format the models as a table: its head, then one row per model."""
    return [_COLUMNS, *(_row(model) for model in models)]


def _row(model: EvaluatedModel) -> list[str]:
    values = (model.alpha0, model.completion, model.pwll)
    numbers = ("" if value is None else f"{value:.6g}" for value in values)
    return [
        model.training_job,
        model.created[:16].replace("T", " "),
        model.dataset,
        "" if model.num_topics is None else str(model.num_topics),
        *numbers,
        model.decision,
        "now" if model.serving else "",
        model.started_by,
        "; ".join(model.topics[:_SHOWN_TOPICS]),
    ]


def _topics(diagnostics: dict[str, Any]) -> tuple[str, ...]:
    """Return the first words of each topic, the topic with the largest share of the prior first."""
    topics = [topic for topic in diagnostics.get("topics", []) if "words" in topic]
    ordered = sorted(topics, key=lambda topic: -float(topic["alpha"]))
    return tuple(" ".join(topic["words"][:_SHOWN_WORDS]) for topic in ordered)


def _parse(key: str, content: bytes, serving_url: str) -> EvaluatedModel:
    """Parse one evaluation; an unreadable file must not hide the others."""
    training_job = key.removeprefix(_PREFIX).removesuffix(_FILE)
    try:
        evaluation: dict[str, Any] = json.loads(content)
        hyperparameters = evaluation["hyperparameters"]
        return EvaluatedModel(
            training_job=training_job,
            created=evaluation["created"],
            dataset=evaluation["dataset"],
            num_topics=int(hyperparameters["num_topics"]),
            alpha0=float(hyperparameters["alpha0"]),
            completion=(evaluation.get("completion") or {}).get("per_word"),
            pwll=evaluation["pwll"],
            decision=evaluation["decision"],
            started_by=evaluation["started_by"],
            serving=evaluation["model_data_url"] == serving_url,
            topics=_topics(evaluation.get("diagnostics") or {}),
        )
    except (ValueError, KeyError, TypeError):
        return EvaluatedModel(training_job=training_job, decision="unreadable")
