"""The score of a model: the log-likelihood of each half of a document, given the other.

The mixture of a document is inferred from one half and predicts the other, so no token affects its own
probability, and more topics do not score better by themselves (Wallach, Murray, Salakhutdinov, Mimno:
Evaluation methods for topic models, ICML 2009, "document completion"). A hundredth of each word's probability
is uniform, so that a word which the training documents lack is no infinity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evaluate_model.completion.held_out import HeldOutDocument, Sample
    from evaluate_model.topics.model_reader import ReadModel

BACKGROUND: Final = 0.01
_MAX_ITERATIONS: Final = 50
_TOLERANCE: Final = 1e-3  # the change of a mixture, summed over topics, that ends its inference


@dataclass(frozen=True)
class Score:
    """The log-likelihoods of the sample's documents, in nats.

    Attributes
    ----------
    log_likelihoods
        Of both halves of each document.
    tokens
        The number of tokens of each document.
    unigram
        Per word, by the model's mean topic: without what a document says about its topics.
    """

    log_likelihoods: tuple[float, ...]
    tokens: tuple[int, ...]
    unigram: float

    @cached_property
    def per_word(self) -> float:
        """The log-likelihood per word; larger is better."""
        return math.fsum(self.log_likelihoods) / sum(self.tokens)

    @cached_property
    def standard_error(self) -> float:
        """The standard error of `per_word` over documents."""
        return _standard_error(self.log_likelihoods, self.tokens)


@dataclass(frozen=True)
class Difference:
    """By how much one model predicts better than another, per word, and the error over documents."""

    mean: float
    standard_error: float


def score(model: ReadModel, sample: Sample) -> Score:
    """Score a model on a sample of at least one document.

    The inference is that of the engine, `spectral_lda.inference`: theta_k is proportional to alpha_k plus the
    expected number of tokens of topic k, repeated until it is stable.
    """
    uniform = BACKGROUND / model.vocabulary_size
    total = math.fsum(model.alpha)
    prior = [value / total for value in model.alpha]
    rows = [
        [(1 - BACKGROUND) * column[word] + uniform for column in model.columns]
        for word in range(len(sample.words))
    ]
    means = [math.log(_dot(prior, row)) for row in rows]
    unigram = math.fsum(
        means[word] * (one + other)
        for document in sample.documents
        for word, one, other in zip(document.words, document.first, document.second, strict=True)
    )
    log_likelihoods = tuple(_of_document(document, rows, model.alpha) for document in sample.documents)
    tokens = tuple(document.tokens for document in sample.documents)
    return Score(log_likelihoods, tokens, unigram / sum(tokens))


def difference(one: Score, other: Score) -> Difference:
    """Return by how much a model predicts the same documents better than another; paired by document."""
    gains = [mine - theirs for mine, theirs in zip(one.log_likelihoods, other.log_likelihoods, strict=True)]
    return Difference(math.fsum(gains) / sum(one.tokens), _standard_error(gains, one.tokens))


def _standard_error(values: Sequence[float], tokens: Sequence[int]) -> float:
    """Return the error of the ratio of the sums of values and tokens over documents (Cochran 1977, 6.4)."""
    total, documents = sum(tokens), len(tokens)
    ratio = math.fsum(values) / total
    residuals = math.fsum((value - ratio * count) ** 2 for value, count in zip(values, tokens, strict=True))
    return math.sqrt(residuals * documents / max(documents - 1, 1)) / total


def _of_document(document: HeldOutDocument, rows: Sequence[list[float]], alpha: Sequence[float]) -> float:
    words = [rows[word] for word in document.words]
    return sum(
        _of_half(words, observed, held_out, alpha)
        for observed, held_out in ((document.first, document.second), (document.second, document.first))
    )


def _of_half(
    rows: list[list[float]], observed: Sequence[int], held_out: Sequence[int], alpha: Sequence[float]
) -> float:
    seen = [(row, count) for row, count in zip(rows, observed, strict=True) if count]
    mixture = _mixture([row for row, _ in seen], [count for _, count in seen], alpha)
    return math.fsum(
        count * math.log(_dot(mixture, row)) for row, count in zip(rows, held_out, strict=True) if count
    )


def _mixture(rows: list[list[float]], counts: list[int], alpha: Sequence[float]) -> list[float]:
    total = math.fsum(alpha)
    mixture = [value / total for value in alpha]
    if not rows:
        return mixture
    columns = list(zip(*rows, strict=True))
    scale = total + sum(counts)
    for _ in range(_MAX_ITERATIONS):
        weights = [count / _dot(mixture, row) for row, count in zip(rows, counts, strict=True)]
        new = [
            (prior + share * _dot(weights, column)) / scale
            for prior, share, column in zip(alpha, mixture, columns, strict=True)
        ]
        change = math.fsum(abs(one - other) for one, other in zip(new, mixture, strict=True))
        mixture = new
        if change < _TOLERANCE:
            break
    return mixture


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    products: Iterable[float] = map(mul, one, other)
    return sum(products)
