"""The protocol of workers, in lines of JSON. It imports the standard library and numpy only."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.process_memory import peak_growth

_MEASURING_SECONDS = 0.1
_MAX_REPETITIONS = 50

# (folder of the case, counts) -> result, which is deleted after the measurement
Task = Callable[[Path, Any], Any]


def serve(tasks: Mapping[str, Task]) -> None:
    """Handle requests from stdin until it closes: run the named task, and print its seconds or bytes."""
    cached: tuple[str, Any] = ("", None)
    for line in sys.stdin:
        request = json.loads(line)
        folder = Path(request["folder"])
        if request["task"] == "encode" and cached[0] != request["folder"]:
            cached = (request["folder"], load(folder))
        elif request["task"] != "encode":
            cached = ("", None)
        measure = _memory if request["memory"] else _seconds
        measured = measure(partial(tasks[request["task"]], folder, cached[1]))
        print(f"response: {measured}", flush=True)


def load(folder: Path) -> Any:
    """Load the counts of a case: an array, or a CSR matrix."""
    if (folder / "dense.npy").exists():
        return np.load(folder / "dense.npy")
    parts = [np.load(folder / f"{part}.npy") for part in ("data", "indices", "indptr")]
    from scipy import sparse  # noqa: PLC0415 -- the worker of dense cases has no scipy

    return sparse.csr_matrix(tuple(parts), shape=(len(parts[2]) - 1, int((folder / "width").read_text())))


def _seconds(function: Callable[[], Any]) -> float:
    """Return the seconds of a call; the median of many calls if one is too short to be timed."""
    times: list[float] = []
    while not times or (sum(times) < _MEASURING_SECONDS and len(times) < _MAX_REPETITIONS):
        started = time.perf_counter()
        result = function()
        times.append(time.perf_counter() - started)
        del result
    return statistics.median(times)


def _memory(function: Callable[[], Any]) -> int:
    return peak_growth(function)[0]
