"""The goals of the engine, compared with the measurements."""

import math
import statistics
from collections.abc import Iterator, Mapping

from benchmarks.engine.contenders import GENSIM, OURS, SKLEARN, START, TOMOTOPY, TOMOTOPY_LONG
from benchmarks.engine.report.measurement import FROM_TRUTH, Result, ScaleResult
from benchmarks.engine.report.tables import largest, median, median_speeds, times

HEAD = "| goal | minimum | target | measured | |\n|---|---|---|---|---|"
_Results = Mapping[str, list[Result]]


def rows(results: _Results, scale: ScaleResult) -> Iterator[str]:
    """Return a row for each goal of this run."""
    yield from _distances(results)
    for corpus in ("news", "Reuters"):
        yield from _texts(corpus, results[corpus])
    for corpus in ("tweets", "short"):
        if corpus in results:
            yield from _short(corpus, results[corpus])
    yield from _scale(scale)
    yield from _refinement(results["much"])
    yield from _scoring(results["news"])


def _distances(results: _Results) -> Iterator[str]:
    """Compare the worst round of the bars, and the medians of the drawn documents."""
    bars, drawn = results["bars"], results["drawn"]
    for name, minimum, field in (("mean L1", 0.015, _mean), ("worst topic", 0.03, _worst)):
        measured, limit = largest(bars, OURS, field), largest(bars, FROM_TRUTH, field)
        yield _row(f"bars, every round: {name}", minimum, limit, measured, smaller=True)
    yield _row("drawn: mean L1", 0.15, 0.12, median(drawn, OURS, _mean), smaller=True)
    yield _row("drawn: worst topic", 0.2, 0.15, median(drawn, OURS, _worst), smaller=True)


def _texts(corpus: str, results: list[Result]) -> Iterator[str]:
    for name, target, field in (("completion", 0.05, _completion), ("NPMI", 0.0, _npmi)):
        for peer in (SKLEARN, GENSIM, TOMOTOPY_LONG):
            ahead = median(results, OURS, field) - median(results, peer, field)
            yield _row(f"{corpus}: {name} above {peer}", 0.0, target, ahead)
    for peer, minimum, target in ((SKLEARN, 8.0, 20.0), (TOMOTOPY, 6.0, 15.0)):
        yield _row(f"{corpus}: times the speed of {peer}", minimum, target, times(results, peer))


def _short(corpus: str, results: list[Result]) -> Iterator[str]:
    ahead = median(results, OURS, _completion) - median(results, TOMOTOPY, _completion)
    yield _row(f"{corpus}: completion above {TOMOTOPY}", -0.02, 0.0, ahead)
    yield _row(f"{corpus}: times the speed of {TOMOTOPY}", 10.0, 10.0, times(results, TOMOTOPY))


def _scale(result: ScaleResult) -> Iterator[str]:
    seconds = statistics.median(result.seconds)
    yield _row("many documents: seconds of the spectral start", 15.0, 5.0, seconds, smaller=True)
    fraction = result.memory / result.data
    yield _row("many documents: additional memory relative to the data", 1.0, 1.0, fraction, smaller=True)


def _refinement(results: list[Result]) -> Iterator[str]:
    """Compare with the spectral start: the refinement must not increase the distance."""
    for name, field in (("mean L1", _mean), ("worst topic", _worst)):
        gain = median(results, START, field) - median(results, OURS, field)
        yield _row(f"well-specified data: reduction of {name} by the refinement", 0.0, 0.0, gain)


def _scoring(results: list[Result]) -> Iterator[str]:
    speeds = median_speeds(results)
    goals = (("1", 10.0, 30.0), ("10", 2.0, 5.0), ("1000", 2.0, 5.0))
    for index, (batch, minimum, target) in enumerate(goals):
        ratio = speeds[OURS][index] / speeds[SKLEARN][index]
        yield _row(f"scoring, batch {batch}: times scikit-learn's speed", minimum, target, ratio)


def _row(goal: str, minimum: float, target: float, measured: float, *, smaller: bool = False) -> str:
    if math.isnan(measured):  # the contender isn't in this run
        return f"| {goal} | {minimum:g} | {target:.4g} | | not in this run |"
    if (measured <= target) if smaller else (measured >= target):
        verdict = "reached"
    else:
        verdict = "met" if ((measured <= minimum) if smaller else (measured >= minimum)) else "missed"
    return f"| {goal} | {minimum:g} | {target:.4g} | {measured:.4f} | {verdict} |"


def _mean(result: Result) -> float:
    return result.mean


def _worst(result: Result) -> float:
    return result.worst


def _completion(result: Result) -> float:
    return result.completion


def _npmi(result: Result) -> float:
    return result.npmi
