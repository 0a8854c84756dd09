"""Contenders take turns at a case; the same code judges them all."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from benchmarks.engine.cases import Case, Scale
from benchmarks.engine.contenders import START, Contender
from benchmarks.engine.corpora import Corpus
from benchmarks.engine.counts import Counts, Floats, save
from benchmarks.engine.drawing import draw
from benchmarks.engine.quality import climb, completion, npmi, topic_distances

TRUTH, FROM_TRUTH = "the true topics", "EM from the true topics"
_FAST = 2.0  # seconds: who takes less learns so much more often
_AGAIN = 2
_FIRST_DOCUMENTS = 200  # what everyone learns before the clock runs, so that no one's start-up counts
_SLOW = 60.0  # seconds: who takes more learns in the first round only
_SCORED = 1000


class Result(NamedTuple):
    """One contender's model of one corpus. NaN stands for what can't be measured."""

    contender: str
    round: int
    seconds: float
    mean: float
    worst: float
    completion: float
    npmi: float
    speeds: list[float]


class ScaleResult(NamedTuple):
    """Seconds of each round; bytes beside the data, and of the data."""

    seconds: list[float]
    memory: float
    data: int


def run(case: Case, folder: Path, running: Mapping[str, Contender]) -> list[Result]:
    """Let the contenders of a case learn its corpora, each round in another order."""
    results: list[Result] = []
    names = [name for name in case.contenders if name in running]
    _warm_up(case.make(0), folder / "first", [running[name] for name in names])
    for number in range(case.rounds):
        corpus = case.make(number)
        place = folder / str(number)
        save(place / "train", corpus.train)
        save(place / "score", _documents_to_score(corpus))
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if number == 0 or _usual(results, name) < _SLOW:
                results.append(_learn(case, corpus, running[name], place, number))
        results += _known(case, corpus, number)
    return results


def _warm_up(corpus: Corpus, place: Path, contenders: list[Contender]) -> None:
    few = corpus._replace(train=corpus.train[:_FIRST_DOCUMENTS])
    save(place / "train", few.train)
    for contender in contenders:
        contender.learn(few, place)


def _usual(results: list[Result], name: str) -> float:
    return max(result.seconds for result in results if result.contender == name)


def _learn(case: Case, corpus: Corpus, contender: Contender, place: Path, number: int) -> Result:
    learned = contender.learn(corpus, place, number, speeds=case.speeds)
    seconds = [learned.cost]
    if learned.cost < _FAST:
        seconds += [contender.learn(corpus, place, number).cost for _ in range(_AGAIN)]
    return _judge(contender.name, corpus, learned.topics, number)._replace(
        seconds=statistics.median(seconds), speeds=learned.speeds
    )


def _known(case: Case, corpus: Corpus, number: int) -> list[Result]:
    """Judge the truth itself, and what EM makes of it: how far the documents let anyone come."""
    if corpus.topics is None or not case.climbs:
        return []
    reached = climb(corpus.train, corpus.alpha, corpus.topics, case.climbs)
    return [
        _judge(FROM_TRUTH, corpus, reached, number),
        _judge(TRUTH, corpus, corpus.topics, number),
    ]


def _judge(name: str, corpus: Corpus, topics: Floats, number: int) -> Result:
    nowhere = np.full(corpus.num_topics, np.nan)
    distances = nowhere if corpus.topics is None else topic_distances(corpus.topics, topics)
    everything = sparse.vstack([corpus.train, corpus.given + corpus.wanted], format="csr")
    return Result(
        name,
        number,
        np.nan,
        float(distances.mean()),
        float(distances.max()),
        completion(corpus.given, corpus.wanted, corpus.alpha, topics),
        npmi(topics, everything),
        [],
    )


def _documents_to_score(corpus: Corpus) -> Counts:
    held_out = sparse.csr_array(corpus.given + corpus.wanted)
    return held_out[np.arange(_SCORED) % held_out.shape[0]]


def weigh(scale: Scale, folder: Path) -> ScaleResult:
    """Time the spectral start on drawn documents, and measure its memory in a process of its own."""
    drawn = draw(
        documents=scale.documents,
        words=scale.words,
        topics=scale.topics,
        length=scale.length,
        alpha0=1.0,
        concentration=0.02,
        seed=0,
    ).counts
    corpus = Corpus("", drawn, drawn[:1], drawn[:1], scale.topics, 1.0)
    small = corpus._replace(train=drawn[: scale.documents // 100])
    save(folder / "small" / "train", small.train)
    save(folder / "large" / "train", corpus.train)
    size = drawn.data.nbytes + drawn.indices.nbytes + drawn.indptr.nbytes
    del drawn
    with Contender(START) as contender:
        contender.learn(small, folder / "small")
        memory = contender.learn(corpus, folder / "large", memory=True).cost
        seconds = [contender.learn(corpus, folder / "large", seed).cost for seed in range(scale.rounds)]
    return ScaleResult(seconds, memory, size)
