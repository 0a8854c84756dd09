"""The topics of further texts, by a model on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from data_prep.text.preparation import Preparation

_SHOWN_TOPICS = 3
_SHOWN_WORDS = 5
_DIGITS = 6


@dataclass(frozen=True)
class Prediction:
    """The topics of one document: None if it has no word that the model knows."""

    id: str
    tokens: int
    unknown: int
    topic_mixture: tuple[float, ...] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the prediction for JSON."""
        mixture = None if self.topic_mixture is None else [round(x, _DIGITS) for x in self.topic_mixture]
        return {
            "id": self.id,
            "topic_mixture": mixture,
            "tokens": self.tokens,
            "unknown_tokens": self.unknown,
        }


def predictions(preparation: Preparation, documents: pl.DataFrame, infer: Any) -> list[Prediction]:
    """Count the words of texts, and infer the topics of those that have known ones.

    Parameters
    ----------
    preparation
        That of the model.
    documents
        Columns id and text.
    infer
        Counts (n, V) -> topic mixtures (n, K).
    """
    counted = preparation.counts(documents["text"].to_list())
    known = np.flatnonzero(np.diff(counted.counts.indptr))
    mixtures: dict[int, Sequence[float]] = {}
    if known.size:
        mixtures = dict(zip(known.tolist(), np.asarray(infer(counted.counts[known])).tolist(), strict=True))
    facts = zip(documents["id"].to_list(), counted.tokens.tolist(), counted.unknown.tolist(), strict=True)
    return [
        Prediction(identity, tokens, unknown, tuple(mixtures[row]) if row in mixtures else None)
        for row, (identity, tokens, unknown) in enumerate(facts)
    ]


def prediction_lines(prediction: Prediction, words: Sequence[Sequence[str]]) -> list[str]:
    """Describe the main topics of a document with their words, in at most 80 columns."""
    known = prediction.tokens - prediction.unknown
    head = f"{prediction.id}: {known} of {prediction.tokens} tokens are known to the model"
    if prediction.topic_mixture is None:
        return [f"{prediction.id}: the model knows none of its {prediction.tokens} tokens; no topics"]
    order = np.argsort(-np.asarray(prediction.topic_mixture), kind="stable")[:_SHOWN_TOPICS]
    return [
        head,
        *(
            f"  topic {topic:>3}  {prediction.topic_mixture[topic]:>6.1%}  "
            f"{', '.join(words[topic][:_SHOWN_WORDS])}"[:80]
            for topic in order.tolist()
        ),
    ]
