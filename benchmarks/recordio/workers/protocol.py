"""How a worker is asked for a measurement: by a line of JSON. Standard library and numpy alone."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

_ENOUGH = 0.1  # seconds of measuring
_OFTEN = 50

Task = Callable[
    [Path, Any], Any
]  # (folder of the case, the counts) -> what it made, kept until the clock stops


def serve(tasks: Mapping[str, Task]) -> None:
    """Answer requests from stdin until it closes: run the task of that name once, say how long it took."""
    cached: tuple[str, Any] = ("", None)
    for line in sys.stdin:
        request = json.loads(line)
        folder = Path(request["folder"])
        if request["task"] == "encode" and cached[0] != request["folder"]:
            cached = (request["folder"], load(folder))
        elif request["task"] != "encode":
            cached = ("", None)
        measure = _memory if request["memory"] else _seconds
        answer = measure(partial(tasks[request["task"]], folder, cached[1]))
        print(f"answer: {answer}", flush=True)


def load(folder: Path) -> Any:
    """Load a case's counts: an array, or the parts of a csr matrix."""
    if (folder / "dense.npy").exists():
        return np.load(folder / "dense.npy")
    parts = [np.load(folder / f"{part}.npy") for part in ("data", "indices", "indptr")]
    from scipy import sparse  # noqa: PLC0415 -- the worker of dense cases alone may lack it

    return sparse.csr_matrix(tuple(parts), shape=(len(parts[2]) - 1, int((folder / "width").read_text())))


def _seconds(work: Callable[[], Any]) -> float:
    """Time some work; the median of many times where once is too short to be timed well."""
    times: list[float] = []
    while not times or (sum(times) < _ENOUGH and len(times) < _OFTEN):
        started = time.perf_counter()
        made = work()
        times.append(time.perf_counter() - started)
        del made
    return statistics.median(times)


def _memory(work: Callable[[], Any]) -> int:
    """Bytes by which the process's memory grew at its highest; Linux alone tells."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    made = work()
    highest = _status("VmHWM")
    del made
    return highest - before


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))
