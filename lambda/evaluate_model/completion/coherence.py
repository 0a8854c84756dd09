"""How well the words of a topic occur together in the test documents: normalised PMI."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evaluate_model.completion.held_out import Sample


def with_coherence(diagnostics: Mapping[str, Any], sample: Sample) -> dict[str, Any]:
    """Return diagnostics with the `npmi` of each topic, and their mean; None where it can't be had."""
    values = coherence([topic["top_words"] for topic in diagnostics["topics"]], sample)
    known = [value for value in values if value is not None]
    topics = [{**topic, "npmi": value} for topic, value in zip(diagnostics["topics"], values, strict=True)]
    return {**diagnostics, "npmi": math.fsum(known) / len(known) if known else None, "topics": topics}


def coherence(topics: Sequence[Sequence[int]], sample: Sample) -> list[float | None]:
    """Return the mean normalised PMI of the pairs of each topic's words, from -1 to 1.

    log(p(xy) / (p(x) p(y))) / -log(p(xy)), of shares of the documents; -1 for words that never occur together
    (Bouma 2009; Aletras and Stevenson 2013). Words that no document has are left out; None without a pair.

    Parameters
    ----------
    topics
        The columns of each topic's words.
    sample
        The test documents.
    """
    documents = _documents_of(sample)
    return [_mean_npmi([documents[word] for word in words if word in documents], sample) for words in topics]


def _documents_of(sample: Sample) -> Mapping[int, int]:
    """Return the documents that have each word, as the bits of a number."""
    found: dict[int, int] = defaultdict(int)
    for number, document in enumerate(sample.documents):
        for position in document.words:
            found[sample.words[position]] |= 1 << number
    return dict(found)


def _mean_npmi(sets: Sequence[int], sample: Sample) -> float | None:
    values = [_npmi(one, other, len(sample.documents)) for one, other in combinations(sets, 2)]
    return math.fsum(values) / len(values) if values else None


def _npmi(one: int, other: int, documents: int) -> float:
    together = (one & other).bit_count()
    if not together:
        return -1.0
    if together == documents:
        return 1.0
    expected = one.bit_count() * other.bit_count() / documents
    return math.log(together / expected) / math.log(documents / together)
