"""What a person reads about a run before it costs anything."""

from dataclasses import asdict
from typing import Any, Final

from common.manifest import SPLITS, Manifest
from inspect_dataset.environment import Training
from inspect_dataset.input.candidates import combinations

_SECONDS_AN_HOUR: Final = 3600


def of_training(
    fields: dict[str, Any], manifest: Manifest, training: dict[str, Any], notes: list[str]
) -> dict[str, Any]:
    """Report on a run that trains."""
    return {
        "dataset": fields["dataset"],
        "documents": {name: manifest.splits[name].documents for name in SPLITS},
        "vocabulary": manifest.feature_dim,
        "tokens": manifest.splits["train"].tokens,
        "candidates": [asdict(combination) for combination in combinations(fields)],
        "training": training,
        "promote_training_job": None,
        "notes": notes,
    }


def of_promotion(training_job: str, vocabulary: int, notes: list[str]) -> dict[str, Any]:
    """Report on a run that only promotes: what belongs to a training is null."""
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


def training_costs(training: Training, *, candidates: int, jobs_at_once: int) -> dict[str, Any]:
    """Say what training takes; what it costs at most is unknown (None) without a price."""
    hours = training.max_runtime_seconds / _SECONDS_AN_HOUR
    price = training.price_per_instance_hour
    count = training.instances.instance_count
    return {
        "instance_type": training.instances.instance_type,
        "instance_count": count,
        "jobs_at_once": jobs_at_once,
        "longest_hours": round(hours, 4),
        "price_per_instance_hour": price,
        "at_most_cost": None if price is None else round(count * hours * candidates * price, 2),
    }
