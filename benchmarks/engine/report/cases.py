"""The cases of the benchmark: corpora, and the contenders that learn them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from benchmarks.engine.contenders import GENSIM, OURS, SKLEARN, START, TOMOTOPY, TOMOTOPY_LONG
from benchmarks.engine.corpora import catalog
from benchmarks.engine.corpora.catalog import Corpus

_ALL = (OURS, START, SKLEARN, GENSIM, TOMOTOPY, TOMOTOPY_LONG)
_FEW = (OURS, START, SKLEARN, TOMOTOPY)


class Case(NamedTuple):
    """Corpora of one kind, by round; every contender learns the corpus of a round.

    The round is the seed of drawn data, of the halving of real texts, and of the contenders.
    ``em_iterations`` is the number of EM iterations from the true topics, where they are known.
    """

    corpus: Callable[[int], Corpus]
    rounds: int
    contenders: tuple[str, ...] = _ALL
    em_iterations: int = 0
    speeds: bool = False


class Scale(NamedTuple):
    """Drawn documents whose spectral start is measured, in seconds and bytes."""

    documents: int
    words: int = 10_000
    topics: int = 50
    length: float = 90
    rounds: int = 3


def _bars(number: int) -> Corpus:
    return catalog.bars("report", number)


def _drawn(number: int, *, documents: int, words: int, topics: int) -> Corpus:
    return catalog.drawn("report", number, documents=documents, words=words, topics=topics)


def _news(number: int) -> Corpus:
    return catalog.news("report", number)


def _reuters(number: int) -> Corpus:
    return catalog.reuters("report", number)


def _tweets(number: int) -> Corpus:
    return catalog.tweets("report", number)


def _short(number: int) -> Corpus:
    return catalog.short("report", number)


FULL = {
    "bars": Case(_bars, 8, em_iterations=100),
    "drawn": Case(partial(_drawn, documents=10_000, words=5_000, topics=50), 3, em_iterations=10),
    "news": Case(_news, 3, speeds=True),
    "Reuters": Case(_reuters, 3),
    "tweets": Case(_tweets, 2, (OURS, START, TOMOTOPY, TOMOTOPY_LONG)),
    "short": Case(_short, 3),
    "much": Case(partial(_drawn, documents=300_000, words=5_000, topics=50), 1, (OURS, START)),
}
QUICK = {
    "bars": Case(_bars, 1, _FEW, em_iterations=100),
    "drawn": Case(partial(_drawn, documents=3_000, words=2_500, topics=20), 1, _FEW, em_iterations=10),
    "news": Case(_news, 1, _FEW, speeds=True),
    "Reuters": Case(_reuters, 1),
    "short": Case(_short, 1, (OURS, START, TOMOTOPY)),
    "much": Case(partial(_drawn, documents=30_000, words=1_000, topics=20), 1, (OURS, START)),
}
FULL_SCALE = Scale(1_000_000)
QUICK_SCALE = Scale(100_000, rounds=1)
