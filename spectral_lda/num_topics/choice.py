"""The rule: the fewest topics that predict held-out documents as well as the best number."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from spectral_lda.inference.completion import Completion

# A model of which more topics are duplicates or dead doesn't win against one of which fewer are.
MAX_REDUNDANT_SHARE = 0.1


@dataclass(frozen=True)
class Candidate:
    """A number of topics that was tried.

    Attributes
    ----------
    num_topics
        The number.
    per_word
        The completion of the held-out documents per word, in nats.
    behind, error
        By how much that is less than the best candidate's, and the standard error of the difference over
        documents, in pairs.
    redundant
        How many of the topics are near duplicates of others or dead.
    """

    num_topics: int
    per_word: float
    behind: float
    error: float
    redundant: int = 0

    @property
    def is_usable(self) -> bool:
        """Whether not too many of the topics are redundant."""
        return self.redundant <= MAX_REDUNDANT_SHARE * self.num_topics

    @property
    def is_as_good(self) -> bool:
        """Whether it predicts as well as the best one, within the standard error."""
        return self.behind <= self.error


@dataclass(frozen=True)
class Choice:
    """The number of topics, and the candidates that it was chosen from, in ascending order."""

    num_topics: int
    candidates: tuple[Candidate, ...]

    @property
    def interval(self) -> tuple[int, int]:
        """The smallest and the largest number that was tried and is as good as the best."""
        good = [each.num_topics for each in self.candidates if each.is_as_good and each.is_usable]
        return (good[0], good[-1]) if good else (self.num_topics, self.num_topics)

    def to_dict(self) -> dict[str, Any]:
        """Return the choice for JSON."""
        return {
            "num_topics": self.num_topics,
            "interval": list(self.interval),
            "candidates": [asdict(each) for each in self.candidates],
        }


def choose(scores: dict[int, Completion], redundant: dict[int, int]) -> Choice:
    """Choose among the numbers of topics that were tried.

    Candidates with too many redundant topics are left out, unless all have. Of the others, the smallest
    number counts whose completion is within one standard error of the best one's, paired by document.

    Parameters
    ----------
    scores, redundant
        The completion of the same documents, and the number of redundant topics, by number of topics.
    """
    usable = [number for number in scores if redundant[number] <= MAX_REDUNDANT_SHARE * number] or [*scores]
    best = max(usable, key=lambda number: scores[number].per_word)
    candidates = tuple(
        Candidate(
            number, scores[number].per_word, *difference(scores[best], scores[number]), redundant[number]
        )
        for number in sorted(scores)
    )
    chosen = next(each for each in candidates if each.num_topics in usable and each.is_as_good)
    return Choice(chosen.num_topics, candidates)


def difference(best: Completion, other: Completion) -> tuple[float, float]:
    """Return by how much a score per word is less than the best one, and the error over documents."""
    tokens = best.tokens
    total = max(float(tokens.sum()), 1.0)
    gains = best.log_likelihoods - other.log_likelihoods
    mean = float(gains.sum()) / total
    residuals = gains - mean * tokens
    documents = np.count_nonzero(tokens)
    correction = documents / max(float(documents) - 1, 1.0)
    return mean, float(np.sqrt(correction * (residuals @ residuals)) / total)
