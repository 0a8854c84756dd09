"""The diagnostics of a model in sentences, and the warnings about its topics."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from evaluate_model.topics.diagnostics import MAX_PAIRS

_SHOWN_TOPICS: Final = 20


def describe(diagnostics: Mapping[str, Any]) -> str:
    """Return the diagnostics as one sentence."""
    alpha, largest = diagnostics["alpha"], diagnostics["largest_overlap"]
    overlap = ""
    if largest:
        first, second = largest["topics"]
        overlap = f"; most similar are {first} and {second}, with an overlap of {largest['overlap']:.2g}"
    coherence = ""
    if diagnostics.get("npmi") is not None:
        coherence = f"; coherence (NPMI) {diagnostics['npmi']:.2f}"
    return (
        f"Topics: {diagnostics['effective_topics']:.3g} of {diagnostics['num_topics']} effective, prior from "
        f"{alpha['min']:.3g} to {alpha['max']:.3g} (sum {alpha['sum']:.3g}){overlap}{coherence}; diversity "
        f"{diagnostics['diversity']:.2f}, exclusivity {diagnostics['exclusivity']:.2f}."
    )


def describe_topics(topics: Sequence[Mapping[str, Any]], number: int) -> list[str]:
    """Return a line for each of the largest topics with its share of the prior and its words.

    Parameters
    ----------
    topics
        Numbers, shares and words.
    number
        How many topics the model has.
    """
    if not topics:
        return ["The dataset has no vocabulary, so the topics have no words (encode --vocabulary adds one)."]
    largest = sorted(topics, key=lambda topic: -topic["share"])[:_SHOWN_TOPICS]
    lines = [f"Topic {topic['id']} ({topic['share']:.1%}): {', '.join(topic['words'])}" for topic in largest]
    if number > len(largest):
        lines.append(f"The other {number - len(largest)} topics are in evaluation.json.")
    return lines


def warnings(diagnostics: Mapping[str, Any]) -> list[str]:
    """Return the warnings about a model's topics, each a sentence."""
    found = (_few_effective(diagnostics), _near_duplicates(diagnostics), _dead(diagnostics))
    return [warning for warning in found if warning]


def _few_effective(diagnostics: Mapping[str, Any]) -> str:
    effective, number = diagnostics["effective_topics"], diagnostics["num_topics"]
    if effective >= number / 2:
        return ""
    return f"The prior is concentrated on few topics: {effective:.3g} effective of {number}."


def _near_duplicates(diagnostics: Mapping[str, Any]) -> str:
    duplicates = diagnostics["near_duplicates"]
    if not duplicates:
        return ""
    (first, second), value = duplicates[0]["topics"], duplicates[0]["overlap"]
    number = f"{len(duplicates)} or more" if len(duplicates) == MAX_PAIRS else str(len(duplicates))
    pairs = "1 pair of topics is" if len(duplicates) == 1 else f"{number} pairs of topics are"
    overlap = f"topics {first} and {second} overlap by {value:.2g}"
    return f"{pairs} nearly the same ({overlap}): fewer topics may be enough."


def _dead(diagnostics: Mapping[str, Any]) -> str:
    dead = diagnostics["dead_topics"]
    if not dead:
        return ""
    topics = "1 topic is" if len(dead) == 1 else f"{len(dead)} topics are"
    first = f"topic {dead[0]['topic']}: {dead[0]['reason']}"
    return f"{topics} dead ({first}{'; ...' if dead[1:] else ''})."
