"""The number of topics, chosen by how well held-out documents are predicted."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from spectral_lda import fit
from spectral_lda.inference.completion import Completion

GRID = (2, 3, 5, 10, 15, 20, 30, 40, 50, 75, 100)
_DOCUMENTS_PER_TOPIC = 10  # with fewer training documents, a number of topics isn't tried
# So many numbers in a row that are worse than the best by more than their error end the search.
_PATIENCE = 2


@dataclass(frozen=True)
class Candidate:
    """A number of topics, its score per word in nats, and its difference to the best with its error."""

    num_topics: int
    per_word: float
    behind: float
    error: float


@dataclass(frozen=True)
class Choice:
    """The number of topics, and the candidates that it was chosen from."""

    num_topics: int
    candidates: tuple[Candidate, ...]

    def lines(self) -> list[str]:
        """Say how certain the number is."""
        best = max(self.candidates, key=lambda candidate: candidate.per_word)
        lines = [f"{'topics':>6}  {'per word':>8}  behind the best"]
        for candidate in self.candidates:
            mark = "*" if candidate.num_topics == self.num_topics else " "
            behind = "" if candidate is best else f"{candidate.behind:.4f} +- {candidate.error:.4f}"
            lines.append(f"{mark}{candidate.num_topics:>5}  {candidate.per_word:>8.4f}  {behind}".rstrip())
        return [*lines, self._sentence(best)]

    def _sentence(self, best: Candidate) -> str:
        close = [str(each.num_topics) for each in self.candidates if each.behind <= each.error]
        if len(close) > 1:
            return (
                f"{', '.join(close)} topics predict held-out documents equally well: the fewest are chosen."
            )
        if len(self.candidates) == 1:
            return "The documents are too few to try a larger number."
        if best.num_topics == self.candidates[-1].num_topics:
            return "The largest number that was tried is the best: a larger one may be better."
        return f"{best.num_topics} topics predict held-out documents better than all other numbers."

    def to_dict(self) -> dict[str, Any]:
        """Return the choice for JSON."""
        return {"num_topics": self.num_topics, "candidates": [vars(each) for each in self.candidates]}


def choose_num_topics(
    train: Sequence[sparse.csr_array],
    test: Sequence[sparse.csr_array],
    *,
    alpha0: float,
    seed: int,
    grid: Sequence[int] = GRID,
    observe: Callable[[int, int], None] = lambda _number, _total: None,
) -> Choice:
    """Choose the smallest number of topics whose held-out score is within one standard error of the best.

    The score is document completion: each half of a test document given the other. The error is that of the
    mean difference per word, paired by document.

    Parameters
    ----------
    train, test
        Counts (D, V) in chunks of documents.
    alpha0, seed
        As for `spectral_lda.fit`.
    grid
        The numbers to try, in ascending order.
    observe
        Called before each with its position and the number of candidates.
    """
    documents = sum(chunk.shape[0] for chunk in train)
    grid = [number for number in grid if number * _DOCUMENTS_PER_TOPIC <= documents] or [min(grid)]
    scores: dict[int, Completion] = {}
    for position, number in enumerate(grid):
        observe(position, len(grid))
        with warnings.catch_warnings():
            # Whether the data suffice for a number is what the scores show.
            warnings.simplefilter("ignore", UserWarning)
            model = fit(train, number, alpha0=alpha0, seed=seed)
        scores[number] = model.document_completion(test)
        if _is_past_the_best(scores):
            break
    best = max(scores, key=lambda number: scores[number].per_word)
    candidates = [
        Candidate(number, score.per_word, *_difference(scores[best], score))
        for number, score in scores.items()
    ]
    chosen = next(each for each in candidates if each.behind <= each.error)
    return Choice(chosen.num_topics, tuple(candidates))


def _is_past_the_best(scores: dict[int, Completion]) -> bool:
    """Tell whether the last candidates are all significantly worse than the best one before them."""
    best = max(scores, key=lambda number: scores[number].per_word)
    later = [score for number, score in scores.items() if number > best][-_PATIENCE:]
    differences = [_difference(scores[best], score) for score in later]
    return len(later) == _PATIENCE and all(behind > error for behind, error in differences)


def _difference(best: Completion, other: Completion) -> tuple[float, float]:
    """Return by how much a score per word is behind the best one, and the standard error over documents."""
    tokens = best.tokens
    total = max(float(tokens.sum()), 1.0)
    gains = best.log_likelihoods - other.log_likelihoods
    mean = float(gains.sum()) / total
    residuals = gains - mean * tokens
    documents = np.count_nonzero(tokens)
    correction = documents / max(float(documents) - 1, 1.0)
    return mean, float(np.sqrt(correction * (residuals @ residuals)) / total)
