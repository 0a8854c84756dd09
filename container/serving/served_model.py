"""A model with its words: topic mixtures of counts and of texts."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context

import numpy as np

import spectral_lda
from container.contract.errors import DocumentError
from container.contract.paths import Paths
from container.contract.text_files import PREPARATION, VOCABULARY, Text
from container.formats.documents import Documents
from container.formats.responses import MAX_WORDS, Predictions, TextFacts
from spectral_lda import Model

NO_TEXT = (
    "The model was learned from counts and has no preparation.json, so a text can't be counted: send counts, "
    "or train on text."
)


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model, and what belongs to its words: None for a model of counts."""

    model: Model
    text: Text | None = None

    @classmethod
    def load(cls, paths: Paths) -> "ServedModel":
        """Read and check the model's folder; this process doesn't load the engine of texts.

        Raises
        ------
        ValueError
            A file is not what it should be; the message names it.
        OSError
            The model is missing.
        """
        model = spectral_lda.load(paths.model)
        folder = paths.model.parent
        text = Text.read(folder / VOCABULARY, folder / PREPARATION, model.beta.shape[1])
        if text is not None and text.preparation_json is not None:
            with ProcessPoolExecutor(1, get_context("fork")) as pool:
                pool.submit(_check, text).result()
        return cls(model, text)

    @property
    def takes_text(self) -> bool:
        """Whether the model was learned from text."""
        return self.text is not None and self.text.preparation_json is not None

    def start_engine(self) -> None:
        """Load what counts the words of texts. Its threads don't survive a fork, so workers call this."""
        # There is a process per core. With more threads each, a request of one text takes longer.
        os.environ.setdefault("POLARS_MAX_THREADS", "1")
        if self.text is None or self.text.preparation is None:
            return
        try:
            self.text.preparation.counts(["warm up"])
        except ValueError as error:  # of a segmenter that isn't installed: counts can still be served
            sys.stderr.write(f"Requests of texts will be rejected: {error}\n")

    def predict(self, documents: Documents) -> Predictions:
        """Infer the topics of counts (D, V) or of D texts.

        Raises
        ------
        DocumentError
            The documents are texts, and the model was learned from counts.
        """
        if not isinstance(documents, list):
            return Predictions(self.model.topic_mixtures(documents).astype(np.float32))
        if self.text is None or self.text.preparation is None:
            raise DocumentError(NO_TEXT)
        counted = self.text.preparation.counts(documents)
        facts = TextFacts(counted.tokens, counted.unknown, np.diff(counted.counts.indptr) > 0)
        return Predictions(self.model.topic_mixtures(counted.counts).astype(np.float32), facts)

    @cached_property
    def topic_words(self) -> list[list[str]]:
        """The words of each topic, the most probable first; none if the vocabulary is unknown."""
        return [] if self.text is None else self.model.top_words(self.text.words, MAX_WORDS)


def _check(text: Text) -> None:
    """Raise ValueError unless preparation.json is the preparation of the vocabulary."""
    _ = text.preparation
