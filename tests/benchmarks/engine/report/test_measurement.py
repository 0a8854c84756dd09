from pathlib import Path
from typing import cast

import numpy as np
import pytest

from benchmarks.engine.contenders import Contender, LearnedTopics
from benchmarks.engine.corpora import catalog
from benchmarks.engine.corpora.catalog import Corpus
from benchmarks.engine.corpora.counts import load
from benchmarks.engine.report import tables
from benchmarks.engine.report.cases import Case
from benchmarks.engine.report.measurement import FROM_TRUTH, TRUTH, Result, run

COSTS = {"slow": 90.0, "fast": 0.1}


class TrueTopicsContender:
    """Returns the true topics, and records its calls."""

    def __init__(self, name: str, cost: float, calls: list[tuple[str, int]]) -> None:
        self.name, self.cost, self.calls = name, cost, calls

    def learn(self, corpus: Corpus, folder: Path, number: int = 0, *, speeds: bool = False) -> LearnedTopics:
        self.calls.append((self.name, number))
        assert (load(folder / "train") != corpus.train).nnz == 0
        assert corpus.topics is not None
        return LearnedTopics(corpus.topics, self.cost, [1.0, 2.0, 3.0] if speeds else [])


def small(number: int) -> Corpus:
    return catalog.drawn("report", number, documents=60, words=12, topics=2, length=20, concentration=0.5)


@pytest.fixture
def calls() -> list[tuple[str, int]]:
    return []


@pytest.fixture
def results(tmp_path: Path, calls: list[tuple[str, int]]) -> list[Result]:
    contenders = {name: TrueTopicsContender(name, cost, calls) for name, cost in COSTS.items()}
    case = Case(small, 3, tuple(contenders), em_iterations=2, speeds=True)
    return run(case, tmp_path, cast("dict[str, Contender]", contenders))


@pytest.mark.usefixtures("results")
def test_contenders_warm_up_and_take_turns_and_a_slow_one_trains_once(calls: list[tuple[str, int]]) -> None:
    fast = [("fast", number) for number in range(3) for _ in range(3)]
    assert calls == [("slow", 0), ("fast", 0), ("slow", 0), *fast]


def test_all_contenders_are_evaluated_with_the_same_metrics(results: list[Result]) -> None:
    first = {result.contender: result for result in results if result.round == 0}
    assert set(first) == {"slow", "fast", FROM_TRUTH, TRUTH}
    assert first["fast"].mean == pytest.approx(0, abs=1e-12)
    assert first["fast"].completion == first["slow"].completion == first[TRUTH].completion
    assert first[FROM_TRUTH].mean > 0


def test_a_row_has_medians_and_the_largest_distance() -> None:
    rounds = [
        Result("fast", number, seconds, seconds / 10, 1.0, -2.0, 0.5, [])
        for number, seconds in enumerate((1, 9, 2))
    ]
    assert list(tables.quality_rows("it", rounds)) == [
        "| it | fast | 2.00 |  | 0.2000 | 0.9000 | 1.0000 | -2.0000 | 0.500 |"
    ]


def test_speeds_are_medians_of_each_batch_size(results: list[Result]) -> None:
    assert tables.median_speeds(results)["fast"] == pytest.approx([1.0, 2.0, 3.0])
    assert np.isnan(tables.median(results, "nobody", lambda result: result.seconds))
