"""Learning a model from text: prepare, choose the number of topics, fit, infer, write."""

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from client.local_models.model_folder import DOCUMENTS, MODEL, SETTINGS, TOPICS
from client.local_models.topics import Topic, describe_topics
from client.version import project_version
from data_prep.dataset.writer import replaced_folder
from data_prep.text.corpus import PreparedCorpus
from spectral_lda import Model, choose_num_topics, fit
from spectral_lda.num_topics.choice import Choice

_WORDS_IN_FILE = 30
_DIGITS = 6


@dataclass(frozen=True)
class Learned:
    """A learned model, its topics, how certain their number is (None if it was given), and warnings."""

    model: Model
    documents: int
    topics: list[Topic]
    choice: Choice | None
    warnings: list[str]

    def to_dict(self, output: str) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "documents": self.documents,
            "num_topics": len(self.topics),
            "topics": [topic.to_dict() for topic in self.topics],
            "output": output,
            "choice": self.choice.to_dict() if self.choice else None,
            "warnings": self.warnings,
        }


class Observer(Protocol):
    """Is called while a model is learned."""

    def stage(self, name: str, unit: str = "") -> None:
        """Begin a stage."""

    def advance(self, done: float, total: float | None) -> None:
        """Say how far the stage is."""

    def step(self, message: str) -> None:
        """Say what the stage does."""


def learn(
    corpus: PreparedCorpus,
    folder: Path,
    *,
    num_topics: int | None,
    alpha0: float,
    seed: int,
    settings: dict[str, Any],
    observer: Observer,
) -> Learned:
    """Learn topics from prepared texts, and write the model's folder.

    Parameters
    ----------
    corpus
        The documents.
    folder
        Where the model is written; a folder that is replaced stays until the new one is complete.
    num_topics
        The number of topics, or None to choose it by held-out documents.
    alpha0, seed
        As for `spectral_lda.fit`.
    settings
        What is written to settings.json in addition.
    observer
        Is called for every stage.
    """
    choice = _choose(corpus, alpha0, seed, observer) if num_topics is None else None
    counts = list(corpus.counts())
    number = choice.num_topics if choice else num_topics or 1
    observer.stage(f"Learning {number} topics")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        model = fit(counts, number, alpha0=alpha0, seed=seed, observe=observer.step)
    observer.stage("Inferring the topics", "documents")
    with replaced_folder(folder) as new:
        shares = _write_documents(new / DOCUMENTS, corpus, counts, model, observer)
        words = describe_topics(model, corpus.preparation.vocabulary, shares, _WORDS_IN_FILE)
        topics = describe_topics(model, corpus.preparation.vocabulary, shares)
        insufficient = [str(warning.message) for warning in caught]
        learned = Learned(model, corpus.report.documents, topics, choice, insufficient)
        model.save(new / MODEL)
        corpus.preparation.save(new)
        _write_json(
            new / TOPICS, learned.to_dict(str(folder)) | {"topics": [each.to_dict() for each in words]}
        )
        facts = {"num_topics": number, "alpha0": alpha0, "seed": seed, "alpha": model.alpha.tolist()}
        _write_json(
            new / SETTINGS,
            facts | settings | {"corpus": corpus.report.to_dict(), "version": project_version()},
        )
    return learned


def _choose(corpus: PreparedCorpus, alpha0: float, seed: int, observer: Observer) -> Choice:
    observer.stage("Choosing the number of topics")
    train, test = list(corpus.counts("train")), list(corpus.counts("test"))
    return choose_num_topics(train, test, alpha0=alpha0, seed=seed, observe=observer.step)


def _write_documents(
    path: Path,
    corpus: PreparedCorpus,
    counts: Sequence[sparse.csr_array],
    model: Model,
    observer: Observer,
) -> NDArray[np.float64]:
    """Write every document with its topic mixture; return the topics' shares of the tokens."""
    totals = np.zeros(model.alpha.size)
    done = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for chunk, documents in zip(counts, corpus.documents(), strict=True):
            mixtures = model.topic_mixtures(chunk)
            totals += np.asarray(chunk.sum(axis=1)) @ mixtures
            for document, mixture in zip(documents.iter_rows(named=True), mixtures.tolist(), strict=True):
                file.write(_line(document, mixture))
            done += chunk.shape[0]
            observer.advance(done, corpus.report.documents)
    return np.asarray(totals / totals.sum())


def _line(document: dict[str, Any], mixture: list[float]) -> str:
    rounded = [round(value, _DIGITS) for value in mixture]
    return json.dumps(document | {"topic_mixture": rounded}, ensure_ascii=False) + "\n"


def _write_json(path: Path, document: dict[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
