"""The folder of a model: what `topics learn` writes, and what `show` and `predict` read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from client.errors import UserError
from data_prep.text.preparation import Preparation
from spectral_lda import Model, load

MODEL, TOPICS, SETTINGS, DOCUMENTS = "model.tar.gz", "topics.json", "settings.json", "documents.jsonl"


@dataclass(frozen=True)
class ModelFolder:
    """A model, its vocabulary and what turns a text into counts.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path

    def __post_init__(self) -> None:
        if not (self.path / MODEL).is_file():
            raise UserError(
                f"{self.path} is no folder of a model: it has no {MODEL}. topics learn writes one."
            )

    @cached_property
    def model(self) -> Model:
        """The topics; K rows over V words."""
        model: Model = self._checked(lambda: load(self.path / MODEL))
        if model.beta.shape[1] != len(self.preparation.vocabulary):
            raise UserError(
                f"{self.path}: the model has {model.beta.shape[1]} words, the vocabulary"
                f" {len(self.preparation.vocabulary)}: they don't belong together."
            )
        return model

    @cached_property
    def preparation(self) -> Preparation:
        """The vocabulary and the rules of the tokens."""
        preparation: Preparation = self._checked(lambda: Preparation.load(self.path))
        return preparation

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The V words."""
        return self.preparation.vocabulary

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of topics.json."""
        summary = self._checked(lambda: json.loads((self.path / TOPICS).read_text("utf-8")))
        return dict(summary)

    @property
    def shares(self) -> NDArray[np.float64]:
        """(K,) the topics' shares of the tokens that the model was learned from."""
        return np.array([topic["share"] for topic in self.summary["topics"]])

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield the documents that the model was learned from: id, label, date, topic_mixture."""
        with (self.path / DOCUMENTS).open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def _checked(self, read: Any) -> Any:
        try:
            return read()
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(str(error)) from error
