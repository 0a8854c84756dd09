"""Documents drawn from a known LDA model, fast enough for millions of them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from benchmarks.engine.corpora.counts import Counts, Floats, as_counts

# Documents per chunk: some hundred megabytes of tokens at 100 words per document.
CHUNK = 50_000
_MANDELBROT = 3.7


class SyntheticCorpus(NamedTuple):
    """Documents, and the topics (K, V) from which they were drawn."""

    counts: Counts
    topics: Floats


def draw(
    *,
    documents: int,
    words: int,
    topics: int,
    length: float,
    alpha0: float,
    concentration: float,
    seed: int,
    zipfian: bool = False,
) -> SyntheticCorpus:
    """Draw topics from a Dirichlet of that mean concentration, then documents from the topics.

    The Dirichlet is symmetric, or ``zipfian``: the r-th word's concentration is proportional to
    1 / (r + 2.7), as the words of natural language are distributed (Mandelbrot 1953).

    Mixtures come from a symmetric Dirichlet whose parameters sum to ``alpha0``, lengths from a Poisson
    distribution with the mean ``length``. Empty documents are left out.
    """
    random = np.random.default_rng(seed)
    frequencies = 1 / (np.arange(words) + _MANDELBROT) if zipfian else np.ones(words)
    true_topics = random.dirichlet(concentration * words * frequencies / frequencies.sum(), topics)
    chunks = list(_chunks(true_topics, documents, length, alpha0, random))
    return SyntheticCorpus(sparse.vstack(chunks, format="csr"), true_topics)


def _chunks(
    topics: Floats, documents: int, length: float, alpha0: float, random: np.random.Generator
) -> Iterator[Counts]:
    cumulated = np.cumsum(topics, axis=1)
    cumulated /= cumulated[:, -1:]
    for start in range(0, documents, CHUNK):
        number = min(CHUNK, documents - start)
        mixtures = random.dirichlet(np.full(len(topics), alpha0 / len(topics)), number)
        tokens = random.multinomial(random.poisson(length, number), mixtures / (1 + 2**-50))
        yield _words(tokens, cumulated, random)


def _words(tokens: NDArray[np.int64], cumulated: Floats, random: np.random.Generator) -> Counts:
    """Draw the words of documents, given the number of their ``tokens`` (D, K) of each topic."""
    number, words = len(tokens), cumulated.shape[1]
    rows = [np.repeat(np.arange(number, dtype=np.int32), column) for column in tokens.T]
    columns = [
        np.searchsorted(topic, random.random(len(row)), side="right").astype(np.int32)
        for topic, row in zip(cumulated, rows, strict=True)
    ]
    positions = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(len(positions[0]), np.float32)
    return as_counts(sparse.coo_array((ones, positions), shape=(number, words)))
