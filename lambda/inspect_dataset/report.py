"""The report of an execution, the output of a dry run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from common.manifest import SPLITS

if TYPE_CHECKING:
    from common.manifest import Manifest
    from inspect_dataset.input.environment import Training
    from inspect_dataset.input.execution_input import Request

_SECONDS_PER_HOUR: Final = 3600


def training_report(
    request: Request, manifest: Manifest, costs: dict[str, Any], notes: list[str]
) -> dict[str, Any]:
    """Report on a run that trains."""
    return {
        "dataset": request.dataset,
        "documents": {name: manifest.splits[name].documents for name in SPLITS},
        "vocabulary": manifest.feature_dim,
        "tokens": manifest.splits["train"].tokens,
        "candidates": [asdict(combination) for combination in request.combinations],
        "training": costs,
        "promote_training_job": None,
        "notes": notes,
    }


def promotion_report(training_job: str, vocabulary: int, notes: list[str]) -> dict[str, Any]:
    """Report on a run that only promotes: the fields of a training are null."""
    return {
        "dataset": None,
        "documents": None,
        "vocabulary": vocabulary,
        "tokens": None,
        "candidates": [],
        "training": None,
        "promote_training_job": training_job,
        "notes": notes,
    }


def training_costs(training: Training, candidates: int, max_concurrency: int) -> dict[str, Any]:
    """Return the instances, the maximum duration and the maximum cost of training; None without a price."""
    hours = training.max_runtime_seconds / _SECONDS_PER_HOUR
    price = training.price_per_instance_hour
    count = training.instances.instance_count
    return {
        "instance_type": training.instances.instance_type,
        "instance_count": count,
        "max_concurrency": max_concurrency,
        "max_hours": round(hours, 4),
        "price_per_instance_hour": price,
        "max_cost": None if price is None else round(count * hours * candidates * price, 2),
    }
