"""The documents with the largest share of a topic."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def typical_documents(
    documents: Iterable[Mapping[str, Any]], topics: Sequence[int], number: int
) -> dict[int, list[dict[str, Any]]]:
    """Return the documents with the largest share of each topic, the largest first.

    Parameters
    ----------
    documents
        With id, first_line and topic_mixture; read once.
    topics
        The topics.
    number
        How many documents per topic; with 0 nothing is read.
    """
    best: dict[int, list[tuple[float, int, dict[str, Any]]]] = {topic: [] for topic in topics}
    for position, document in enumerate(documents if number else ()):
        for topic, heap in best.items():
            share = document["topic_mixture"][topic]
            entry = {"id": document["id"], "share": share, "first_line": document["first_line"]}
            # Of equal shares, the document that comes first is kept.
            heapq.heappush(heap, (share, -position, entry))
            if len(heap) > number:
                heapq.heappop(heap)
    return {
        topic: [entry for _, _, entry in sorted(heap, key=lambda item: item[:2], reverse=True)]
        for topic, heap in best.items()
    }
