"""Reads a model from the data bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.errors import EvaluationError
from common.model_artifact import ArtifactError, open_model
from evaluate_model.topics.diagnostics import diagnose

if TYPE_CHECKING:
    from common.bucket import Bucket


def read_diagnostics(bucket: Bucket, model_data_url: str) -> dict[str, Any]:
    """Read a model and return the diagnostics of its topics.

    Raises
    ------
    EvaluationError
        When the object isn't a model.
    """
    body: Any = bucket.open(model_data_url.removeprefix(f"s3://{bucket.name}/"))
    try:
        with open_model(body) as model:
            return diagnose(model)
    except ArtifactError as error:
        raise EvaluationError(f"{model_data_url} holds no usable model: {error}.") from error
