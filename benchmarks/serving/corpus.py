"""A model, and documents drawn from it; they are the same in every run."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from data_prep.text.preparation import Preparation
from data_prep.text.tokens import TokenRules
from spectral_lda import Model

TOPICS = 50
WORDS = 5_000
LENGTH = 100
BODIES = 40


def make_model() -> Model:
    """Return a model whose topics concentrate on some hundreds of the words."""
    random = np.random.default_rng(0)
    return Model(np.full(TOPICS, 0.1), random.dirichlet(np.full(WORDS, 0.05), TOPICS))


def make_documents(model: Model, count: int) -> NDArray[np.int64]:
    """Return (count, WORDS) word counts of documents of about LENGTH words."""
    random = np.random.default_rng(1)
    mixtures = random.dirichlet(model.alpha, count)
    lengths = np.maximum(random.poisson(LENGTH, count), 1)
    return np.array(
        [random.multinomial(length, row @ model.beta) for length, row in zip(lengths, mixtures, strict=True)]
    )


def write(folder: Path, batches: tuple[int, ...]) -> None:
    """Write the model for a server, and for each batch size the bodies of requests, one per file."""
    model = make_model()
    (folder / "model").mkdir()
    model.save(folder / "model" / "model_algo-1")
    np.save(folder / "alpha.npy", model.alpha)
    np.save(folder / "beta.npy", model.beta)
    words = [f"word{number}" for number in range(WORDS)]
    Preparation(TokenRules(), 1, "none", tuple(words)).save(folder / "model")
    random = np.random.default_rng(2)
    for batch in batches:
        documents = make_documents(model, batch * BODIES)
        sparse.save_npz(folder / f"documents-{batch}.npz", sparse.csr_array(documents))
        lines = [",".join(map(str, row)) for row in documents.tolist()]
        _write_bodies(folder / f"bodies-{batch}", batch, lines, ".csv")
        texts = [" ".join(random.permutation(np.repeat(words, row))) for row in documents]
        _write_bodies(folder / f"texts-{batch}", batch, texts, ".txt")


def _write_bodies(folder: Path, batch: int, lines: list[str], suffix: str) -> None:
    folder.mkdir()
    for number in range(BODIES):
        body = "\n".join(lines[number * batch : (number + 1) * batch])
        (folder / f"{number:03}{suffix}").write_text(body)
