"""The diagnostics of a model's topics; docs/promotion-rules.md defines them."""

import heapq
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from operator import itemgetter
from typing import Any, Final

from common.model_artifact import Model
from evaluate_model.topics.topic import Topic, effective_number, explained_by_others, measure, overlap

_Overlap = tuple[float, tuple[int, int]]
_NEAR_DUPLICATE: Final = 0.5
_MAX_WORDS: Final = 10
MAX_PAIRS: Final = 20
_MAX_TOPICS: Final = 100
_MAX_WORD: Final = 40
# A dead topic has less than this part of an even share of the prior, ...
_NEGLIGIBLE: Final = 0.01
# ... or is this near to equal probabilities, or to the mean of the other topics.
_INSIGNIFICANT: Final = 0.9


def diagnose(model: Model) -> dict[str, Any]:
    """Return the prior, the effective number of topics, each topic's words, duplicates and dead topics.

    Raises
    ------
    ArtifactError
        When alpha isn't positive, or a topic isn't a distribution over the words.
    """
    return diagnose_measured(*measure(model))


def diagnose_measured(topics: Sequence[Topic], mean: Sequence[float]) -> dict[str, Any]:
    """Return the diagnostics of topics that were measured, with their mean (V,)."""
    alpha = [topic.alpha for topic in topics]
    dead = _dead(topics, mean)
    overlaps = _overlaps(topics)
    return {
        "num_topics": len(topics),
        "feature_dim": len(mean),
        "alpha": {"min": min(alpha), "max": max(alpha), "sum": math.fsum(alpha)},
        "effective_topics": effective_number(topic.share for topic in topics),
        **_rendered_overlaps(overlaps),
        "dead_topics": dead,
        "diversity": _diversity(topics),
        "exclusivity": math.fsum(_exclusivity(topic, mean) for topic in topics) / len(topics),
        "redundant_topics": _count_redundant(overlaps, {entry["topic"] for entry in dead}),
        "topics": [_render(topic) for topic in topics],
    }


def _render(topic: Topic) -> dict[str, Any]:
    return {
        "alpha": topic.alpha,
        "effective_words": topic.effective_words,
        "top_words": list(topic.top)[:_MAX_WORDS],
    }


def _diversity(topics: Sequence[Topic]) -> float:
    """Return how many of the topics' top words are different: 1 if no word is in two topics."""
    words = [word for topic in topics for word in _likely_words(topic)]
    return len(set(words)) / len(words)


def _exclusivity(topic: Topic, mean: Sequence[float]) -> float:
    """Return the mean probability that a token of a topic's top words comes from this topic."""
    words = _likely_words(topic)
    return math.fsum(topic.share * value / mean[word] for word, value in words.items()) / len(words)


def _likely_words(topic: Topic) -> dict[int, float]:
    """Return the ten most likely words with their probabilities, without those that the topic lacks."""
    return {word: value for word, value in list(topic.top.items())[:_MAX_WORDS] if value}


def _overlaps(topics: Sequence[Topic]) -> list[_Overlap]:
    """Return the overlaps of all pairs that share any of their top words, and of one pair at least."""
    pairs = combinations(range(len(topics)), 2)
    overlaps = [(overlap(topics[first], topics[second]), (first, second)) for first, second in pairs]
    return [each for each in overlaps if each[0] > 0] or overlaps[:1]


def _count_redundant(overlaps: Sequence[_Overlap], dead: Collection[int]) -> int:
    """Return how many topics could go: the dead ones, and all but one of each group of near duplicates."""
    group: dict[int, int] = {}

    def root(topic: int) -> int:
        while topic in group:
            topic = group[topic]
        return topic

    for value, (first, second) in overlaps:
        if value >= _NEAR_DUPLICATE and not {first, second} & set(dead) and root(first) != root(second):
            group[root(second)] = root(first)
    return len(dead) + len(group)


def _rendered_overlaps(overlaps: Sequence[_Overlap]) -> dict[str, Any]:
    """Return the pair of topics with the largest overlap, if any, and at most 20 near duplicates."""
    largest: list[dict[str, Any]] = [
        {"topics": list(pair), "overlap": value}
        for value, pair in heapq.nlargest(MAX_PAIRS, overlaps, itemgetter(0))
    ]
    return {
        "largest_overlap": largest[0] if largest else None,
        "near_duplicates": [pair for pair in largest if pair["overlap"] >= _NEAR_DUPLICATE],
    }


def _dead(topics: Sequence[Topic], mean: Sequence[float]) -> list[dict[str, Any]]:
    reasons = (_reason_dead(topic, mean, len(topics)) for topic in topics)
    return [{"topic": number, "reason": reason} for number, reason in enumerate(reasons) if reason]


def _reason_dead(topic: Topic, mean: Sequence[float], num_topics: int) -> str:
    if topic.share * num_topics < _NEGLIGIBLE:
        return f"its share of the prior is {topic.share:.2g}"
    if num_topics > 1 and topic.effective_words >= _INSIGNIFICANT * len(mean):
        return f"its words are almost equally likely: {topic.effective_words:.4g} effective of {len(mean)}"
    explained = explained_by_others(topic, mean)
    if explained >= _INSIGNIFICANT:
        return f"the mean of the other topics has {explained:.2g} of its most likely words' probability"
    return ""


def topics_with_words(diagnostics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each topic's number, share of the prior and words; nothing where the words aren't known.

    At most 100 topics, so that the output of an execution stays far below its limit of 256 KiB.
    """
    total = diagnostics["alpha"]["sum"]
    return [
        {
            "id": number,
            "share": topic["alpha"] / total,
            "words": [_shortened(word) for word in topic["words"]],
        }
        for number, topic in enumerate(diagnostics["topics"][:_MAX_TOPICS])
        if "words" in topic
    ]


def _shortened(word: str) -> str:
    return word if len(word) <= _MAX_WORD else f"{word[:_MAX_WORD]}..."


def with_words(diagnostics: Mapping[str, Any], words: Sequence[str] | None) -> dict[str, Any]:
    """Return diagnostics with the text of each topic's words, where the vocabulary has the model's size.

    `vocabulary` in them is its number of words; None where there is no vocabulary.
    """
    with_vocabulary = {**diagnostics, "vocabulary": None if words is None else len(words)}
    if words is None or len(words) != diagnostics["feature_dim"]:
        return with_vocabulary
    topics = [
        {**topic, "words": [words[word] for word in topic["top_words"]]} for topic in diagnostics["topics"]
    ]
    return {**with_vocabulary, "topics": topics}
