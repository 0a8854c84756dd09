import numpy as np
import pytest

from benchmarks.engine.contenders import OURS, SKLEARN, START, TOMOTOPY
from benchmarks.engine.report import goals
from benchmarks.engine.report.measurement import FROM_TRUTH, Result, ScaleResult

NAN = float("nan")


def result(
    name: str,
    number: int = 0,
    *,
    seconds: float = NAN,
    mean: float = NAN,
    worst: float = NAN,
    completion: float = NAN,
    npmi: float = NAN,
) -> Result:
    speeds = {OURS: [30.0, 30.0, 30.0], SKLEARN: [1.0, 10.0, 20.0]}.get(name, [])
    return Result(name, number, seconds, mean, worst, completion, npmi, speeds)


RESULTS = {
    "bars": [
        result(OURS, 0, mean=0.010, worst=0.02),
        result(OURS, 1, mean=0.014, worst=0.04),
        result(FROM_TRUTH, 0, mean=0.010, worst=0.02),
        result(FROM_TRUTH, 1, mean=0.011, worst=0.02),
    ],
    "drawn": [result(OURS, number, mean=mean, worst=0.1) for number, mean in enumerate((0.1, 0.11, 0.9))],
    "news": [
        result(OURS, seconds=1, completion=-7.8, npmi=0.2),
        result(SKLEARN, seconds=10, completion=-7.82, npmi=0.3),
    ],
    "Reuters": [result(OURS)],
    "short": [
        result(OURS, seconds=1, completion=-7.31),
        result(TOMOTOPY, seconds=12, completion=-7.30),
    ],
    "much": [result(OURS, mean=0.2, worst=0.2), result(START, mean=0.1, worst=0.2)],
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, str]:
    lines = goals.rows(RESULTS, ScaleResult([4.0, 6.0, 9.0], 5, 10))
    rows = [line.strip("| ").split(" | ") for line in lines]
    return {cells[0]: cells[-1].removeprefix("| ") for cells in rows}


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        ("bars, every round: mean L1", "met"),
        ("bars, every round: worst topic", "missed"),
        ("drawn: mean L1", "reached"),
        ("news: completion above scikit-learn batch-10", "met"),
        ("news: NPMI above scikit-learn batch-10", "missed"),
        ("news: times the speed of scikit-learn batch-10", "met"),
        ("news: completion above gensim-10", "not in this run"),
        ("short: completion above tomotopy-200", "met"),
        ("short: times the speed of tomotopy-200", "reached"),
        ("many documents: seconds of the spectral start", "met"),
        ("many documents: additional memory relative to the data", "reached"),
        ("well-specified data: reduction of mean L1 by the refinement", "missed"),
        ("well-specified data: reduction of worst topic by the refinement", "reached"),
        ("scoring, batch 1: times scikit-learn's speed", "reached"),
        ("scoring, batch 10: times scikit-learn's speed", "met"),
        ("scoring, batch 1000: times scikit-learn's speed", "missed"),
    ],
)
def test_the_verdict_compares_the_measurement_with_the_goal(
    verdicts: dict[str, str], goal: str, verdict: str
) -> None:
    assert verdicts[goal] == verdict


def test_every_row_has_as_many_cells_as_the_head() -> None:
    cells = goals.HEAD.splitlines()[0].count("|")
    lines = list(goals.rows(RESULTS, ScaleResult([1.0], 1, 1)))
    assert {line.count("|") for line in lines} == {cells}
    assert np.unique(lines).size == len(lines)
