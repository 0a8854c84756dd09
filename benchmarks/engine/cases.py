"""What is measured: corpora, and who learns them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from benchmarks.engine import corpora
from benchmarks.engine.contenders import GENSIM, OURS, SKLEARN, START, TOMOTOPY, TOMOTOPY_LONG
from benchmarks.engine.corpora import Corpus

_ALL = (OURS, START, SKLEARN, GENSIM, TOMOTOPY, TOMOTOPY_LONG)
_BRIEF = (OURS, START, SKLEARN, TOMOTOPY)


class Case(NamedTuple):
    """Corpora of one kind, made by number; each number is a round of all contenders.

    Another number is another seed: of drawn data, of the halving of real texts, and of the contenders.
    ``climbs`` is how many passes EM makes from the true topics, where they are known.
    """

    make: Callable[[int], Corpus]
    rounds: int
    contenders: tuple[str, ...] = _ALL
    climbs: int = 0
    speeds: bool = False


class Scale(NamedTuple):
    """Drawn documents whose spectral start is timed and weighed."""

    documents: int
    words: int = 10_000
    topics: int = 50
    length: float = 90
    rounds: int = 3


def _bars(number: int) -> Corpus:
    return corpora.bars("report", number)


def _drawn(number: int, *, documents: int, words: int, topics: int) -> Corpus:
    return corpora.drawn("report", number, documents=documents, words=words, topics=topics)


def _news(number: int) -> Corpus:
    return corpora.news("report", number)


def _reuters(number: int) -> Corpus:
    return corpora.reuters("report", number)


def _tweets(number: int) -> Corpus:
    return corpora.tweets("report", number)


def _short(number: int) -> Corpus:
    return corpora.short("report", number)


FULL = {
    "bars": Case(_bars, 8, climbs=100),
    "drawn": Case(partial(_drawn, documents=10_000, words=5_000, topics=50), 3, climbs=10),
    "news": Case(_news, 3, speeds=True),
    "Reuters": Case(_reuters, 3),
    "tweets": Case(_tweets, 2, (OURS, START, TOMOTOPY, TOMOTOPY_LONG)),
    "short": Case(_short, 3),
    "much": Case(partial(_drawn, documents=300_000, words=5_000, topics=50), 1, (OURS, START)),
}
QUICK = {
    "bars": Case(_bars, 1, _BRIEF, climbs=100),
    "drawn": Case(partial(_drawn, documents=3_000, words=2_500, topics=20), 1, _BRIEF, climbs=10),
    "news": Case(_news, 1, _BRIEF, speeds=True),
    "Reuters": Case(_reuters, 1),
    "short": Case(_short, 1, (OURS, START, TOMOTOPY)),
    "much": Case(partial(_drawn, documents=30_000, words=1_000, topics=20), 1, (OURS, START)),
}
FULL_SCALE = Scale(1_000_000)
QUICK_SCALE = Scale(100_000, rounds=1)
