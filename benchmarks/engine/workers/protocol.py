"""The protocol of workers, in lines of JSON. It imports the standard library, numpy and scipy only."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from benchmarks.engine.corpora.counts import Counts, Floats, load
from benchmarks.process_memory import peak_growth

_SCORING_SECONDS = 0.5  # measured per batch size
_BATCH_SIZES = (1, 10, 1000)


class Request(NamedTuple):
    """The parameters of a training; ``options`` depend on the contender (iterations, refine)."""

    num_topics: int
    alpha0: float
    seed: int
    options: dict[str, Any]


class Library(Protocol):
    """The interface to a library. `prepare` is not timed."""

    def prepare(self, counts: Counts) -> Any:
        """Convert counts to the form of the library."""

    def learn(self, documents: Any, width: int, request: Request) -> Any:
        """Return a model."""

    def topics(self, model: Any, width: int) -> Floats:
        """Return the topics of a model, (K, V)."""

    def mixtures(self, model: Any, documents: Any) -> Any:
        """Infer the topic mixtures of documents."""


def serve(library: Library) -> None:
    """Handle requests from stdin until it closes."""
    for line in sys.stdin:
        message = json.loads(line)
        request = Request(*(message[field] for field in Request._fields))
        counts = load(Path(message["folder"]) / "train")
        measure = peak_growth if message["memory"] else _seconds
        documents = library.prepare(counts)
        width = counts.shape[1]
        del counts
        cost, model = measure(lambda: library.learn(documents, width, request))  # noqa: B023 -- called in this iteration
        np.save(Path(message["folder"]) / "topics.npy", library.topics(model, width))
        speeds = _speeds(library, model, load(Path(message["folder"]) / "score")) if message["speeds"] else []
        print("response:", json.dumps({"cost": cost, "speeds": speeds}), flush=True)


def _seconds(function: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


def _speeds(library: Library, model: Any, counts: Counts) -> list[float]:
    """Return the documents scored per second, for each batch size."""
    return [_speed(library, model, counts, size) for size in _BATCH_SIZES]


def _speed(library: Library, model: Any, counts: Counts, size: int) -> float:
    batches = [library.prepare(counts[start : start + size]) for start in range(0, counts.shape[0], size)]
    library.mixtures(model, batches[0])
    times: list[float] = []
    while sum(times) < _SCORING_SECONDS:
        times.append(_seconds(lambda: library.mixtures(model, batches[len(times) % len(batches)]))[0])
    return size / statistics.median(times)
