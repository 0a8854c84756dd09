"""How a worker is asked to learn and to score: by a line of JSON. Standard library, numpy and scipy alone."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from benchmarks.engine.counts import Counts, Floats, load

_ENOUGH = 0.5  # seconds of scoring that are measured
_BATCH_SIZES = (1, 10, 1000)


class Request(NamedTuple):
    """What to learn; ``options`` are the contender's own (iterations, refine)."""

    num_topics: int
    alpha0: float
    seed: int
    options: dict[str, Any]


class Library(Protocol):
    """What a contender's library is brought to do. Bringing the counts into its form is not timed."""

    def prepare(self, counts: Counts) -> Any:
        """Bring counts into the library's own form."""

    def learn(self, documents: Any, width: int, request: Request) -> Any:
        """Return a model."""

    def topics(self, model: Any, width: int) -> Floats:
        """Return the topics of a model, (K, V)."""

    def mixtures(self, model: Any, documents: Any) -> Any:
        """Infer the topic mixtures of documents."""


def serve(library: Library) -> None:
    """Answer requests from stdin until it closes."""
    for line in sys.stdin:
        asked = json.loads(line)
        request = Request(*(asked[field] for field in Request._fields))
        counts = load(Path(asked["folder"]) / "train")
        measure = _memory if asked["memory"] else _seconds
        documents = library.prepare(counts)
        width = counts.shape[1]
        del counts
        cost, model = measure(lambda: library.learn(documents, width, request))  # noqa: B023 -- run at once
        np.save(Path(asked["folder"]) / "topics.npy", library.topics(model, width))
        speeds = _speeds(library, model, load(Path(asked["folder"]) / "score")) if asked["speeds"] else []
        print("answer:", json.dumps({"cost": cost, "speeds": speeds}), flush=True)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def _memory(work: Callable[[], Any]) -> tuple[float, Any]:
    """Bytes by which the process's memory grew at its highest; Linux alone tells."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    made = work()
    return _status("VmHWM") - before, made


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def _speeds(library: Library, model: Any, counts: Counts) -> list[float]:
    """Return the documents a second that are scored in batches of each size."""
    return [_speed(library, model, counts, size) for size in _BATCH_SIZES]


def _speed(library: Library, model: Any, counts: Counts, size: int) -> float:
    batches = [library.prepare(counts[start : start + size]) for start in range(0, counts.shape[0], size)]
    library.mixtures(model, batches[0])
    times: list[float] = []
    while sum(times) < _ENOUGH:
        times.append(_seconds(lambda: library.mixtures(model, batches[len(times) % len(batches)]))[0])
    return size / statistics.median(times)
