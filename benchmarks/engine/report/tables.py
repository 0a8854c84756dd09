"""The results as Markdown tables."""

import statistics
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from benchmarks.engine.contenders import OURS
from benchmarks.engine.report.cases import Scale
from benchmarks.engine.report.measurement import Result, ScaleResult

QUALITY_HEAD = (
    "| corpus | contender | seconds | times ours | mean L1 | largest | worst topic | completion | NPMI |\n"
    "|---|---|---|---|---|---|---|---|---|"
)
SPEED_HEAD = "| documents scored per second | batch 1 | batch 10 | batch 1000 |\n|---|---|---|---|"
_Field = Callable[[Result], float]


def quality_rows(title: str, results: list[Result]) -> Iterator[str]:
    """Return a row for each contender: medians over the rounds, and the largest distances."""
    for name in dict.fromkeys(result.contender for result in results):
        cells = [
            title,
            name,
            _format(median(results, name, lambda result: result.seconds), 2),
            _format(times(results, name), 1),
            _format(median(results, name, lambda result: result.mean), 4),
            _format(largest(results, name, lambda result: result.mean), 4),
            _format(largest(results, name, lambda result: result.worst), 4),
            _format(median(results, name, lambda result: result.completion), 4),
            _format(median(results, name, lambda result: result.npmi), 3),
        ]
        yield f"| {' | '.join(cells)} |"


def speed_rows(results: list[Result]) -> Iterator[str]:
    """Return a row for each contender that scored documents."""
    for name, speeds in median_speeds(results).items():
        yield f"| {' | '.join([name, *(f'{speed:.0f}' for speed in speeds)])} |"


def scale_text(scale: Scale, result: ScaleResult) -> str:
    """Return the table of the spectral start on many documents."""
    return (
        f"| {scale.documents} documents x {scale.words} words, K={scale.topics} | |\n|---|---|\n"
        f"| spectral start | {statistics.median(result.seconds):.1f} s |\n"
        f"| the data | {result.data / 2**20:.0f} MiB |\n"
        f"| additional memory | {result.memory / 2**20:.0f} MiB |"
    )


def median(results: list[Result], name: str, field: _Field) -> float:
    """Return the median of a field over a contender's rounds; NaN if there is none."""
    return float(np.median(_values(results, name, field) or [np.nan]))


def largest(results: list[Result], name: str, field: _Field) -> float:
    """Return the largest value of a field over a contender's rounds; NaN if there is none."""
    return max(_values(results, name, field), default=float("nan"))


def times(results: list[Result], name: str) -> float:
    """Return the ratio of a contender's median seconds to ours."""
    ours = median(results, OURS, lambda result: result.seconds)
    return median(results, name, lambda result: result.seconds) / ours


def median_speeds(results: list[Result]) -> Mapping[str, list[float]]:
    """Return each contender's documents per second by batch size, as medians over the rounds."""
    names = dict.fromkeys(result.contender for result in results if result.speeds)
    return {
        name: np.median([r.speeds for r in results if r.contender == name and r.speeds], axis=0).tolist()
        for name in names
    }


def _values(results: list[Result], name: str, field: _Field) -> list[float]:
    return [field(result) for result in results if result.contender == name]


def _format(number: float, digits: int) -> str:
    return "" if np.isnan(number) else f"{number:.{digits}f}"
