"""The diagnostics of a model in sentences: what they are, and what a person should look at."""

from collections.abc import Mapping
from typing import Any

from evaluate_model.topics.diagnostics import SHOWN_PAIRS


def told(diagnostics: Mapping[str, Any]) -> str:
    """Return the diagnostics as one sentence."""
    alpha, most_alike = diagnostics["alpha"], diagnostics["largest_overlap"]
    alike = ""
    if most_alike:
        first, second = most_alike["topics"]
        alike = f"; most alike are {first} and {second}, with an overlap of {most_alike['overlap']:.2g}"
    return (
        f"Topics: {diagnostics['effective_topics']:.3g} of {diagnostics['num_topics']} effective, prior from "
        f"{alpha['smallest']:.3g} to {alpha['largest']:.3g} (sum {alpha['sum']:.3g}){alike}."
    )


def warnings(diagnostics: Mapping[str, Any]) -> list[str]:
    """Return what speaks against a model's topics; each a sentence, and none decides."""
    return [sentence for sentence in (_few(diagnostics), _alike(diagnostics), _dead(diagnostics)) if sentence]


def _few(diagnostics: Mapping[str, Any]) -> str:
    effective, number = diagnostics["effective_topics"], diagnostics["num_topics"]
    if effective >= number / 2:
        return ""
    return f"The prior lies on few topics: {effective:.3g} effective of {number}."


def _alike(diagnostics: Mapping[str, Any]) -> str:
    near = diagnostics["near_duplicates"]
    if not near:
        return ""
    (first, second), value = near[0]["topics"], near[0]["overlap"]
    number = f"{len(near)} or more" if len(near) == SHOWN_PAIRS else str(len(near))
    pairs = "1 pair of topics is" if len(near) == 1 else f"{number} pairs of topics are"
    return f"{pairs} nearly the same (topics {first} and {second} overlap by {value:.2g}): fewer may do."


def _dead(diagnostics: Mapping[str, Any]) -> str:
    dead = diagnostics["dead_topics"]
    if not dead:
        return ""
    topics = "1 topic is" if len(dead) == 1 else f"{len(dead)} topics are"
    first = f"topic {dead[0]['topic']}: {dead[0]['why']}"
    return f"{topics} dead ({first}{'; ...' if dead[1:] else ''})."
