"""The topics of a model as people read them: shares and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spectral_lda import Model
from spectral_lda.inference.word_ranking import Ranking

NUM_WORDS = 10
_WIDTH = 80
_INDENT = 12  # columns before a topic's words


@dataclass(frozen=True)
class Topic:
    """One topic: its row in beta, its share of the corpus' tokens, and its words, the best one first."""

    id: int
    share: float
    words: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the topic for JSON."""
        return {"id": self.id, "share": round(self.share, 6), "words": list(self.words)}


def describe_topics(
    model: Model,
    vocabulary: Sequence[str],
    shares: NDArray[np.float64],
    num_words: int = NUM_WORDS,
    ranking: Ranking = "probability",
) -> list[Topic]:
    """Return the topics of a model, in the order of its rows.

    Parameters
    ----------
    model
        K topics over V words.
    vocabulary
        The V words.
    shares
        (K,) the topics' shares of the tokens.
    num_words, ranking
        How many words per topic, and how they are ranked.
    """
    words = model.top_words(vocabulary, num_words, rank=ranking, shares=shares)
    rows = zip(shares.tolist(), words, strict=True)
    return [Topic(number, share, tuple(row)) for number, (share, row) in enumerate(rows)]


def topic_lines(topics: Iterable[Topic]) -> list[str]:
    """Return a line per topic of at most 80 columns; further words stand on a second line."""
    lines = ["topic  share  words"]
    for topic in topics:
        first, *more = _folded(", ".join(topic.words), _WIDTH - _INDENT - 2)
        lines.append(f"{topic.id:>5}  {topic.share:>5.1%}  {first}")
        lines += [f"{'':>{_INDENT}}  {line}" for line in more]
    return lines


def _folded(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(", "):
        longer = f"{lines[-1]}, {word}" if lines[-1] else word
        if len(longer) > width and lines[-1]:
            lines[-1] += ","
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
