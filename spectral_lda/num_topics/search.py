"""The search for the number of topics: which numbers are tried, and the model of the chosen one."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from spectral_lda.corpus import Block, Corpus
from spectral_lda.counts import CountsLike
from spectral_lda.fitting.procedure import fit
from spectral_lda.inference.completion import Completion
from spectral_lda.kernels import hashing
from spectral_lda.model import Model
from spectral_lda.num_topics.choice import Choice, choose, difference
from spectral_lda.num_topics.redundancy import count_redundant
from spectral_lda.num_topics.spectrum import guess_num_topics

MOST_TOPICS = 200
_DOCUMENTS_PER_TOPIC = 10  # with fewer training documents, a number of topics isn't tried
_STEP, _LARGE_STEP = 1.4, 2.0  # from one number to the next
_NEAR, _ROUNDS = 1.12, 4  # the search ends when neighbours are this near, or after so many rounds
_RISE = 0.05  # of the curve's height: a smaller rise to the next number is none
# So many numbers in a row beyond the best one that are significantly worse end the search in that direction.
_PATIENCE = 2
_TEST_SHARE = 5  # every fifth document

Observe = Callable[[str], None]


class AutoFit(NamedTuple):
    """A model of all documents, and the choice of its number of topics."""

    model: Model
    choice: Choice


def fit_auto(
    counts: CountsLike, *, alpha0: float = 1.0, seed: int = 0, observe: Observe | None = None
) -> AutoFit:
    """Fit a model with a number of topics that held-out documents confirm.

    A fifth of the documents is held out, by a hash of their words, so that copies are on one side. When the
    number is chosen, the model is fitted to all documents.

    Parameters
    ----------
    counts, alpha0, seed
        As for `spectral_lda.fit`.
    observe
        Called with a message before each number that is tried, such as ``print``.

    Raises
    ------
    ValueError
        As `spectral_lda.fit`, or there are too few documents to hold any out.
    """
    corpus = Corpus.from_counts(counts)
    hashes = np.zeros(corpus.num_documents, np.uint64)

    def hash_block(block: Block) -> None:
        hashing.hash_documents(*block.arrays, seed, hashes[block.documents])

    corpus.for_each_block(1, hash_block)
    held_out = hashes % np.uint64(_TEST_SHARE) == 0
    if not held_out.any() or held_out.all():
        raise ValueError(
            f"{corpus.num_documents} documents are too few to hold any out: give the number of topics."
        )
    train, test = (corpus.take(np.flatnonzero(chosen)) for chosen in (~held_out, held_out))
    choice = choose_num_topics(train, test, alpha0=alpha0, seed=seed, observe=observe)
    return AutoFit(fit(corpus.parts, choice.num_topics, alpha0=alpha0, seed=seed), choice)


def choose_num_topics(
    train: CountsLike,
    test: CountsLike,
    *,
    alpha0: float = 1.0,
    seed: int = 0,
    most: int = MOST_TOPICS,
    observe: Observe | None = None,
) -> Choice:
    """Choose the number of topics by the completion of held-out documents.

    The eigenvalues of the second moment propose a number. Larger and smaller ones are tried until two in a
    row are significantly worse than the best, then numbers between the best one and its neighbours.

    Parameters
    ----------
    train, test
        Counts (D, V), as for `spectral_lda.fit`.
    alpha0, seed
        As for `spectral_lda.fit`.
    most
        The largest number; there are also at least ten training documents for each topic.
    observe
        Called with a message before each number that is tried.
    """
    corpus = Corpus.from_counts(train)
    limit = max(1, min(most, corpus.num_documents // _DOCUMENTS_PER_TOPIC, corpus.num_words))
    search = _Search(corpus, test, alpha0, seed, limit, observe or (lambda _: None))
    search.try_number(min(limit, guess_num_topics(corpus, alpha0, limit, seed)))
    search.go_up()
    search.go_down()
    search.refine()
    return choose(search.scores, search.redundant)


@dataclass
class _Search:
    corpus: Corpus
    test: CountsLike
    alpha0: float
    seed: int
    limit: int
    observe: Observe
    scores: dict[int, Completion] = field(default_factory=dict)
    redundant: dict[int, int] = field(default_factory=dict)

    def try_number(self, number: int) -> None:
        """Fit and score a number of topics, once."""
        if number in self.scores:
            return
        self.observe(f"Trying {number} topics")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # whether the data suffice is what the scores show
            model = fit(self.corpus.parts, number, alpha0=self.alpha0, seed=self.seed)
        self.scores[number] = model.document_completion(self.test)
        self.redundant[number] = count_redundant(model.alpha, model.beta)

    def go_up(self) -> None:
        """Try larger numbers until they are worse; in larger steps while they are better."""
        number = first = max(self.scores)
        while number < self.limit and not self._is_past_the_best(upwards=True):
            step = _LARGE_STEP if first < number == self._best() else _STEP
            number = min(max(number + 1, round(number * step)), self.limit)
            self.try_number(number)

    def go_down(self) -> None:
        """Try smaller numbers until they are worse."""
        number = min(self.scores)
        while number > 1 and not self._is_past_the_best(upwards=False):
            number = max(1, min(number - 1, round(number / _STEP)))
            self.try_number(number)

    def refine(self) -> None:
        """Try numbers next to the best one, and where the curve stops rising, until neighbours are near."""
        for _ in range(_ROUNDS):
            for low, high in sorted(self._gaps()):
                if high > max(low + 1, _NEAR * low):
                    self.try_number(round(float(np.sqrt(low * high))))

    def _gaps(self) -> set[tuple[int, int]]:
        pairs = list(pairwise(sorted(self.scores)))
        best = self._best()
        heights = {number: self.scores[number].per_word for number in self.scores}
        large = _RISE * (max(heights.values()) - min(heights.values()))
        rises = [(low, high) for low, high in pairs if heights[high] - heights[low] > large]
        return {pair for pair in pairs if best in pair} | set(rises[-1:])

    def _best(self) -> int:
        return max(self.scores, key=lambda number: self.scores[number].per_word)

    def _is_past_the_best(self, *, upwards: bool) -> bool:
        """Tell whether the last numbers in a direction are all significantly worse than the best one.

        Below the best number, one that was passed in a step on the way up is enough.
        """
        best = self._best()
        if upwards:
            beyond = sorted((number for number in self.scores if number > best), reverse=True)
        else:
            beyond = sorted(number for number in self.scores if number * _STEP <= best)
        enough = 1 if not upwards and next(iter(self.scores)) < best else _PATIENCE
        last = beyond[:_PATIENCE]
        differences = [difference(self.scores[best], self.scores[number]) for number in last]
        return len(last) >= enough and all(behind > error for behind, error in differences)
