"""What was aimed for, beside what was measured."""

import math
import statistics
from collections.abc import Iterator, Mapping

from benchmarks.engine.contenders import GENSIM, OURS, SKLEARN, START, TOMOTOPY, TOMOTOPY_LONG
from benchmarks.engine.measuring import FROM_TRUTH, Result, ScaleResult
from benchmarks.engine.tables import largest, median, median_speeds, times

HEAD = "| goal | at least | reach for | measured | |\n|---|---|---|---|---|"
_Results = Mapping[str, list[Result]]


def rows(results: _Results, scale: ScaleResult) -> Iterator[str]:
    """Give a line for each goal; what was left out of this run has none."""
    yield from _distances(results)
    for corpus in ("news", "Reuters"):
        yield from _texts(corpus, results[corpus])
    for corpus in ("tweets", "short"):
        if corpus in results:
            yield from _short(corpus, results[corpus])
    yield from _scale(scale)
    yield from _much(results["much"])
    yield from _scoring(results["news"])


def _distances(results: _Results) -> Iterator[str]:
    """Bars: the worst of the seeds. Drawn: medians."""
    bars, drawn = results["bars"], results["drawn"]
    for name, least, field in (("mean L1", 0.015, _mean), ("worst topic", 0.03, _worst)):
        measured, limit = largest(bars, OURS, field), largest(bars, FROM_TRUTH, field)
        yield _row(f"bars, every round: {name}", least, limit, measured, smaller=True)
    yield _row("drawn: mean L1", 0.15, 0.12, median(drawn, OURS, _mean), smaller=True)
    yield _row("drawn: worst topic", 0.2, 0.15, median(drawn, OURS, _worst), smaller=True)


def _texts(corpus: str, results: list[Result]) -> Iterator[str]:
    for name, reach, field in (("completion", 0.05, _completion), ("NPMI", 0.0, _npmi)):
        for peer in (SKLEARN, GENSIM, TOMOTOPY_LONG):
            ahead = median(results, OURS, field) - median(results, peer, field)
            yield _row(f"{corpus}: {name} above {peer}", 0.0, reach, ahead)
    for peer, least, reach in ((SKLEARN, 8.0, 20.0), (TOMOTOPY, 6.0, 15.0)):
        yield _row(f"{corpus}: times the speed of {peer}", least, reach, times(results, peer))


def _short(corpus: str, results: list[Result]) -> Iterator[str]:
    ahead = median(results, OURS, _completion) - median(results, TOMOTOPY, _completion)
    yield _row(f"{corpus}: completion above {TOMOTOPY}", -0.02, 0.0, ahead)
    yield _row(f"{corpus}: times the speed of {TOMOTOPY}", 10.0, 10.0, times(results, TOMOTOPY))


def _scale(result: ScaleResult) -> Iterator[str]:
    seconds = statistics.median(result.seconds)
    yield _row("many documents: seconds of the spectral start", 15.0, 5.0, seconds, smaller=True)
    share = result.memory / result.data
    yield _row("many documents: memory beside the data, of the data", 1.0, 1.0, share, smaller=True)


def _much(results: list[Result]) -> Iterator[str]:
    """Judge the gain over the pure spectral result, which must not be negative."""
    for name, field in (("mean L1", _mean), ("worst topic", _worst)):
        gain = median(results, START, field) - median(results, OURS, field)
        yield _row(f"well-specified data: {name} below the spectral start's by", 0.0, 0.0, gain)


def _scoring(results: list[Result]) -> Iterator[str]:
    speeds = median_speeds(results)
    goals = (("1", 10.0, 30.0), ("10", 2.0, 5.0), ("1000", 2.0, 5.0))
    for place, (batch, least, reach) in enumerate(goals):
        ratio = speeds[OURS][place] / speeds[SKLEARN][place]
        yield _row(f"scoring, batch {batch}: times scikit-learn's speed", least, reach, ratio)


def _row(goal: str, least: float, reach: float, measured: float, *, smaller: bool = False) -> str:
    if math.isnan(measured):  # a contender was left out of this run
        return f"| {goal} | {least:g} | {reach:.4g} | | not in this run |"
    if (measured <= reach) if smaller else (measured >= reach):
        verdict = "reached"
    else:
        verdict = "met" if ((measured <= least) if smaller else (measured >= least)) else "missed"
    return f"| {goal} | {least:g} | {reach:.4g} | {measured:.4f} | {verdict} |"


def _mean(result: Result) -> float:
    return result.mean


def _worst(result: Result) -> float:
    return result.worst


def _completion(result: Result) -> float:
    return result.completion


def _npmi(result: Result) -> float:
    return result.npmi
