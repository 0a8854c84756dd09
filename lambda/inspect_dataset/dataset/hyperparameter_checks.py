"""Hyperparameters compared with the dataset: problems refuse an execution, notes warn of risks."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from common.manifest import Manifest
from inspect_dataset.input.candidates import values
from inspect_dataset.input.environment import Training

# The range that AWS's documentation recommends to tune alpha0 in ("Tune an LDA Model").
_USUAL_ALPHA0: Final = (0.1, 10.0)
_COARSE_TOL: Final = 0.1


def problems(fields: Mapping[str, Any], manifest: Manifest) -> list[str]:
    """Return why a number of topics can't be learned from the data: the rank of the moments is lower."""
    found = []
    most = _max_topics(fields)
    documents = manifest.splits["train"].documents
    if most > manifest.feature_dim:
        found.append(
            f"num_topics is {most}, but the vocabulary of {manifest.key} has {manifest.feature_dim} words: "
            "there can't be more topics than words."
        )
    if most > documents:
        found.append(
            f"num_topics is {most}, but {manifest.key} has {documents} train documents: there can't be more "
            "topics than documents to learn them from."
        )
    return found


def notes(fields: Mapping[str, Any], manifest: Manifest, training: Training) -> list[str]:
    """Return a sentence for each value that is allowed, but may not be intended."""
    return [*_few_tokens(fields, manifest), *_unusual(fields), *_few_shards(manifest, training)]


def _few_tokens(fields: Mapping[str, Any], manifest: Manifest) -> Iterable[str]:
    # A topic has one parameter for each word.
    tokens, most = manifest.splits["train"].tokens, _max_topics(fields)
    if tokens is not None and most and tokens < most * manifest.feature_dim:
        yield (
            f"The train documents have {tokens} tokens, less than one for each word of each of {most} topics "
            f"over {manifest.feature_dim} words: the topics may be estimated poorly. Fewer topics, a smaller "
            "vocabulary or more documents help."
        )


def _unusual(fields: Mapping[str, Any]) -> Iterable[str]:
    low, high = _USUAL_ALPHA0
    for alpha0 in values(fields.get("alpha0", [])):
        if not low <= alpha0 <= high:
            yield f"alpha0 is {alpha0:g}; values from {low:g} to {high:g} are usual."
    if "tol" in fields and fields["tol"] >= _COARSE_TOL:
        yield f"tol is {fields['tol']:g}: the decomposition may stop before it converges. 1e-8 is usual."


def _few_shards(manifest: Manifest, training: Training) -> Iterable[str]:
    shards, instances = len(manifest.splits["train"].shards), training.instances.instance_count
    if shards < instances:
        yield (
            f"{manifest.key} has {shards} train shards for {instances} training instances: some are paid "
            "for and get no documents. Write more shards, or train on fewer instances."
        )


def _max_topics(fields: Mapping[str, Any]) -> int:
    return max((int(value) for value in values(fields.get("num_topics", []))), default=0)
