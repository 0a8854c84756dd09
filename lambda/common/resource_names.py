"""The names of training jobs and transform models, and where the models and evaluations of jobs are."""

import hashlib
import re
from typing import Final

_MODEL_FOLDERS: Final = {"built-in": "models", "open": "models/open"}
_MODEL_URL: Final = re.compile(
    r"s3://[^/]+/(?P<folder>models(?:/open)?)/(?P<job>[^/]+)/output/model\.tar\.gz"
)


def job_name_base(prefix: str, execution_name: str, execution_arn: str) -> str:
    """Return what the names of an execution's jobs begin with: at most 51 of SageMaker's 63 characters.

    Lower case, since SageMaker lower-cases names in its ARNs and IAM compares them with case. Executions
    whose names are equal after cleaning differ in the digest.
    """
    cleaned = re.sub(r"[^a-z0-9]+", "-", execution_name.lower()).strip("-")[:24].strip("-")
    return "-".join(part for part in (prefix, cleaned, _digest(execution_arn)) if part)


def transform_name(prefix: str, execution_arn: str) -> str:
    """Return the name of a bulk scoring's model, with which the names of its transform jobs begin."""
    return f"{prefix}-transform-{_digest(execution_arn)}"


def model_key(training_job: str, algorithm: str) -> str:
    """Return the key of the model that a training job of an algorithm, "built-in" or "open", writes."""
    return f"{_MODEL_FOLDERS[algorithm]}/{training_job}/output/model.tar.gz"


def training_job_of(model_data_url: str) -> str | None:
    """Return the training job that wrote a model; None where the URL isn't one of this project's."""
    match = _MODEL_URL.fullmatch(model_data_url)
    return match["job"] if match else None


def is_open_model(model_data_url: str) -> bool:
    """Return whether the open algorithm trained a model."""
    match = _MODEL_URL.fullmatch(model_data_url)
    return match is not None and match["folder"] == _MODEL_FOLDERS["open"]


def evaluation_key(training_job: str) -> str:
    """Return the key of the evaluation of a training job's model."""
    return f"evaluations/{training_job}/evaluation.json"


def _digest(execution_arn: str) -> str:
    return hashlib.sha256(execution_arn.encode()).hexdigest()[:8]
