"""The measures of one topic, taken while its row of beta is in memory."""

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from common.model_artifact import ArtifactError, Model

_TOP_WORDS: Final = 50
_SUM_TOLERANCE: Final = 1e-3


@dataclass(frozen=True)
class Topic:
    """A topic's part of the prior, and how its words are distributed.

    Attributes
    ----------
    alpha
        Its parameter of the Dirichlet prior.
    share
        Its alpha divided by alpha0: the expected part of the corpus.
    effective_words
        The exponential of its entropy: the number of equally likely words with the same entropy.
    top
        Its most likely words with their probabilities, the likeliest first.
    """

    alpha: float
    share: float
    effective_words: float
    top: dict[int, float]

    @property
    def top_mass(self) -> float:
        """The probability of its most likely words together."""
        return math.fsum(self.top.values())


def measure(model: Model) -> tuple[list[Topic], list[float]]:
    """Return a model's topics and their mean (V,), weighted by their shares: the expected word frequencies.

    Raises
    ------
    ArtifactError
        When alpha isn't positive, or a topic isn't a distribution over the words.
    """
    if not all(math.isfinite(value) and value > 0 for value in model.alpha):
        raise ArtifactError("alpha holds a value that isn't a positive number")
    total = math.fsum(model.alpha)
    mean = [0.0] * model.vocabulary_size
    topics = []
    for number, (alpha, words) in enumerate(zip(model.alpha, model.topics, strict=True)):
        share = alpha / total
        topics.append(Topic(alpha, share, effective_words(words, number), top_words(words)))
        mean = [sum_ + share * value for sum_, value in zip(mean, words, strict=True)]
    return topics, mean


def effective_words(words: Sequence[float], number: int = 0) -> float:
    """Return the exponential of a topic's entropy.

    Raises
    ------
    ArtifactError
        When topic `number` isn't a distribution.
    """
    if not (min(words) >= 0 and abs(math.fsum(words) - 1) <= _SUM_TOLERANCE):
        raise ArtifactError(f"topic {number} of beta isn't a distribution over the words")
    return effective_number(value for value in words if value)


def effective_number(shares: Iterator[float]) -> float:
    """Return the exponential of the entropy of positive shares: how many equal shares have this entropy."""
    return math.exp(-math.fsum([share * math.log(share) for share in shares]))


def top_words(words: Sequence[float]) -> dict[int, float]:
    """Return the most likely words with their probabilities, the likeliest first."""
    return {word: words[word] for word in heapq.nlargest(_TOP_WORDS, range(len(words)), words.__getitem__)}


def overlap(first: Topic, second: Topic) -> float:
    """Return how much of two topics' most likely words is shared: 1 for duplicates, 0 where none is.

    The sum of the smaller probabilities of the words that are among the most likely of both, divided by the
    larger of both topics' probability there. Over all words it would cost K^2 V; and without the division
    the duplicates of a flat topic, whose most likely words are a small part of it, wouldn't be found.
    """
    common = first.top.keys() & second.top.keys()
    shared = math.fsum(min(first.top[word], second.top[word]) for word in common)
    return shared / max(first.top_mass, second.top_mass)


def explained_by_others(topic: Topic, mean: Sequence[float]) -> float:
    """Return how much of a topic's most likely words the other topics' mean has as well: from 0 to 1."""
    rest = 1 - topic.share
    if rest <= 0:
        return 0.0
    others = {word: max(0.0, mean[word] - topic.share * own) / rest for word, own in topic.top.items()}
    return math.fsum(min(own, others[word]) for word, own in topic.top.items()) / topic.top_mass
