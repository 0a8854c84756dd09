"""Reads a model from the data bucket, once: its diagnostics, and the probabilities of some words."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from common.errors import EvaluationError
from common.model_artifact import ArtifactError, open_model
from evaluate_model.topics.diagnostics import diagnose_measured
from evaluate_model.topics.topic import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from common.bucket import Bucket
    from evaluate_model.topics.topic import Topic


@dataclass(frozen=True)
class ReadModel:
    """What is known of a model after its topics were read.

    Attributes
    ----------
    diagnostics
        Those of its topics.
    topics
        The topics, as far as they are measured.
    alpha
        (K,) the prior.
    vocabulary_size
        How many words it has.
    columns
        For each topic, the probabilities of the words that were asked for; none if the model has other words.
    """

    diagnostics: dict[str, Any]
    topics: Sequence[Topic]
    alpha: list[float]
    vocabulary_size: int
    columns: list[array[float]]


def read_model(
    bucket: Bucket, model_data_url: str, words: Sequence[int] = (), vocabulary_size: int | None = None
) -> ReadModel:
    """Read a model.

    Parameters
    ----------
    bucket, model_data_url
        Where it is.
    words
        The words whose probabilities are kept, if the model has `vocabulary_size` words.

    Raises
    ------
    EvaluationError
        When the object isn't a model.
    """
    body: Any = bucket.open(model_data_url.removeprefix(f"s3://{bucket.name}/"))
    try:
        with open_model(body) as model:
            columns: list[array[float]] = []
            kept = words if model.vocabulary_size == vocabulary_size else ()
            observed = replace(model, topics=_observed(model.topics, kept, columns))
            topics, mean = measure(observed)
            diagnostics = diagnose_measured(topics, mean)
            read = (model.alpha, model.vocabulary_size, columns if kept else [])
            return ReadModel(diagnostics, topics, *read)
    except ArtifactError as error:
        raise EvaluationError(f"{model_data_url} holds no usable model: {error}.") from error


def _observed(
    topics: Iterator[Sequence[float]], words: Sequence[int], columns: list[array[float]]
) -> Iterator[Sequence[float]]:
    for topic in topics:
        columns.append(array("d", [topic[word] for word in words]))
        yield topic
