"""Reads a model and a vocabulary from the data bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from common.errors import EvaluationError
from common.model_artifact import ArtifactError, open_model
from evaluate_model.topics.diagnostics import diagnose

if TYPE_CHECKING:
    from common.bucket import Bucket

# Some four million words: more would take more memory than they are worth in an evaluation.
MAX_VOCABULARY_BYTES: Final = 1 << 25


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


def read_vocabulary(bucket: Bucket, dataset: str) -> list[str] | None:
    """Return a dataset's words, or None where it has none, or more than fit the memory."""
    content = bucket.read_or_none(f"datasets/{dataset}/vocabulary.txt", MAX_VOCABULARY_BYTES + 1)
    if content is None or len(content) > MAX_VOCABULARY_BYTES:
        return None
    return content.decode(errors="replace").removesuffix("\n").split("\n")
