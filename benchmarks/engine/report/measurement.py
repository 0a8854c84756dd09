"""Runs the contenders in turns, and evaluates all of them with the same metrics."""

import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from benchmarks.engine.contenders import START, Contender
from benchmarks.engine.corpora.catalog import Corpus
from benchmarks.engine.corpora.counts import Counts, Floats, save
from benchmarks.engine.corpora.synthetic import draw
from benchmarks.engine.report.cases import Case, Scale
from benchmarks.engine.report.metrics import completion, em_topics, npmi, topic_distances

TRUTH, FROM_TRUTH = "the true topics", "EM from the true topics"
_FAST_SECONDS = 2.0  # a faster contender repeats its training in each round
_REPETITIONS = 2
_WARM_UP_DOCUMENTS = 200  # every contender learns them first, so that no start-up is measured
_SLOW_SECONDS = 60.0  # a slower contender trains in the first round only
_SCORED_DOCUMENTS = 1000


class Result(NamedTuple):
    """The metrics of a contender on a corpus. NaN: can't be measured."""

    contender: str
    round: int
    seconds: float
    mean: float
    worst: float
    completion: float
    npmi: float
    speeds: list[float]


class ScaleResult(NamedTuple):
    """Seconds of each round; bytes in addition to the data, and of the data."""

    seconds: list[float]
    memory: float
    data: int


def run(case: Case, folder: Path, contenders: Mapping[str, Contender]) -> list[Result]:
    """Run the contenders of a case on its corpora, each round in another order."""
    results: list[Result] = []
    names = [name for name in case.contenders if name in contenders]
    _warm_up(case.corpus(0), folder / "warm-up", [contenders[name] for name in names])
    for number in range(case.rounds):
        corpus = case.corpus(number)
        round_folder = folder / str(number)
        save(round_folder / "train", corpus.train)
        save(round_folder / "score", _documents_to_score(corpus))
        first = number % len(names)
        for name in names[first:] + names[:first]:
            if number == 0 or _slowest(results, name) < _SLOW_SECONDS:
                results.append(_learn(case, corpus, contenders[name], round_folder, number))
        results += _reference(case, corpus, number)
    return results


def _warm_up(corpus: Corpus, folder: Path, contenders: list[Contender]) -> None:
    small = corpus._replace(train=corpus.train[:_WARM_UP_DOCUMENTS])
    save(folder / "train", small.train)
    for contender in contenders:
        contender.learn(small, folder)


def _slowest(results: list[Result], name: str) -> float:
    return max(result.seconds for result in results if result.contender == name)


def _learn(case: Case, corpus: Corpus, contender: Contender, folder: Path, number: int) -> Result:
    learned = contender.learn(corpus, folder, number, speeds=case.speeds)
    seconds = [learned.cost]
    if learned.cost < _FAST_SECONDS:
        seconds += [contender.learn(corpus, folder, number).cost for _ in range(_REPETITIONS)]
    return _evaluate(contender.name, corpus, learned.topics, number)._replace(
        seconds=statistics.median(seconds), speeds=learned.speeds
    )


def _reference(case: Case, corpus: Corpus, number: int) -> list[Result]:
    """Evaluate the true topics, and EM from the true topics: the best that the documents allow."""
    if corpus.topics is None or not case.em_iterations:
        return []
    em = em_topics(corpus.train, corpus.alpha, corpus.topics, case.em_iterations)
    return [
        _evaluate(FROM_TRUTH, corpus, em, number),
        _evaluate(TRUTH, corpus, corpus.topics, number),
    ]


def _evaluate(name: str, corpus: Corpus, topics: Floats, number: int) -> Result:
    unknown = np.full(corpus.num_topics, np.nan)
    distances = unknown if corpus.topics is None else topic_distances(corpus.topics, topics)
    all_documents = sparse.vstack([corpus.train, corpus.observed + corpus.target], format="csr")
    return Result(
        name,
        number,
        np.nan,
        float(distances.mean()),
        float(distances.max()),
        completion(corpus.observed, corpus.target, corpus.alpha, topics),
        npmi(topics, all_documents),
        [],
    )


def _documents_to_score(corpus: Corpus) -> Counts:
    held_out = sparse.csr_array(corpus.observed + corpus.target)
    return held_out[np.arange(_SCORED_DOCUMENTS) % held_out.shape[0]]


def measure_scale(scale: Scale, folder: Path) -> ScaleResult:
    """Measure time and memory of the spectral start on many drawn documents, in its own process."""
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
