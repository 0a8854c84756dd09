"""What a model's topics look like, in numbers that people can judge."""

import heapq
import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

from artifact import ArtifactError, Model

TOP_WORDS: Final = 50
_SUM_TOLERANCE: Final = 1e-3


def diagnose(model: Model) -> dict[str, Any]:
    """Return the range of alpha, each topic's effective number of words, and the two topics most alike.

    Raises
    ------
    ArtifactError
        When alpha isn't positive, or a topic isn't a distribution over the words.
    """
    if not all(math.isfinite(value) and value > 0 for value in model.alpha):
        raise ArtifactError("alpha holds a value that isn't a positive number")
    topics, tops = [], []
    for number, (alpha, topic) in enumerate(zip(model.alpha, model.topics, strict=True)):
        topics.append({"alpha": alpha, "effective_words": effective_words(topic, number)})
        tops.append(top_words(topic))
    return {
        "num_topics": len(topics),
        "feature_dim": model.vocabulary_size,
        "alpha": {"smallest": min(model.alpha), "largest": max(model.alpha), "sum": math.fsum(model.alpha)},
        "topics": topics,
        "largest_overlap": largest_overlap(tops),
    }


def effective_words(topic: Sequence[float], number: int = 0) -> float:
    """Return the exponential of a topic's entropy: how many words it would have, were they equally likely.

    Raises
    ------
    ArtifactError
        When topic `number` isn't a distribution.
    """
    if not (min(topic) >= 0 and abs(math.fsum(topic) - 1) <= _SUM_TOLERANCE):
        raise ArtifactError(f"topic {number} of beta isn't a distribution over the words")
    return math.exp(-math.fsum(value * math.log(value) for value in topic if value > 0))


def top_words(topic: Sequence[float]) -> dict[int, float]:
    """Return the most likely words of a topic with their probabilities."""
    return {word: topic[word] for word in heapq.nlargest(TOP_WORDS, range(len(topic)), topic.__getitem__)}


def largest_overlap(tops: list[dict[int, float]]) -> dict[str, Any] | None:
    """Return the two topics that share most of their probability; 1 is a duplicate. One topic has no other.

    The shared probability, the sum of the smaller of both, is taken over each topic's most likely words: over
    all words it would cost K^2 V.
    """
    pairs = combinations(range(len(tops)), 2)
    overlaps = ((_shared(tops[first], tops[second]), first, second) for first, second in pairs)
    largest = max(overlaps, default=None)
    return None if largest is None else {"overlap": largest[0], "topics": [largest[1], largest[2]]}


def _shared(first: dict[int, float], second: dict[int, float]) -> float:
    return math.fsum(min(first[word], second[word]) for word in first.keys() & second.keys())
