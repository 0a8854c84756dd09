"""Every model that was evaluated, from its evaluation.json in the data bucket."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from client.deployment import Deployment

_PREFIX = "evaluations/"
_FILE = "/evaluation.json"
_READERS = 8  # botocore keeps ten connections


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One model: what it learned from, how good it is, what was decided; None where it isn't on record."""

    training_job: str
    created: str = ""
    dataset: str = ""
    num_topics: int | None = None
    alpha0: float | None = None
    pwll: float | None = None
    decision: str
    started_by: str = ""
    serving: bool = False


def read(deployment: Deployment) -> list[Entry]:
    """Read every evaluation in the data bucket, that of the newest training job first.

    Parameters
    ----------
    deployment
        Whose bucket.

    Raises
    ------
    SayableError
        The Storage stack isn't deployed.
    """
    bucket = deployment.output("Storage", "DataBucketName")
    serving = deployment.parameter("Serving", "ModelDataUrl")
    s3 = deployment.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX)
    keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
    with ThreadPoolExecutor(_READERS) as readers:
        entries = readers.map(
            lambda key: _entry(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read(), serving),
            [key for key in keys if key.endswith(_FILE)],
        )
        return sorted(entries, key=lambda entry: (entry.created, entry.training_job), reverse=True)


def tell(entries: Sequence[Entry]) -> list[str]:
    """Say the history as a table, a model a line."""
    head = ["training job", "created", "dataset", "num_topics", "alpha0", "test:pwll", "decision", "serving"]
    rows = [[*head, "started by"], *(_cells(entry) for entry in entries)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _cells(entry: Entry) -> list[str]:
    numbers = ("" if value is None else f"{value:.6g}" for value in (entry.alpha0, entry.pwll))
    return [
        entry.training_job,
        entry.created[:16].replace("T", " "),
        entry.dataset,
        "" if entry.num_topics is None else str(entry.num_topics),
        *numbers,
        entry.decision,
        "now" if entry.serving else "",
        entry.started_by,
    ]


def _entry(key: str, content: bytes, serving: str) -> Entry:
    """Read one evaluation; a broken file must not hide the others."""
    training_job = key.removeprefix(_PREFIX).removesuffix(_FILE)
    try:
        found: dict[str, Any] = json.loads(content)
        hyperparameters = found["hyperparameters"]
        return Entry(
            training_job=training_job,
            created=found["created"],
            dataset=found["dataset"],
            num_topics=int(hyperparameters["num_topics"]),
            alpha0=float(hyperparameters["alpha0"]),
            pwll=found["pwll"],
            decision=found["decision"],
            started_by=found["started_by"],
            serving=found["model_data_url"] == serving,
        )
    except (ValueError, KeyError, TypeError):
        return Entry(training_job=training_job, decision="unreadable")
