"""Times learning topics from text, from process start to the printed words: python -m benchmarks.learning.

The corpus is the news of benchmarks/engine. Every run is a process of its own; the contenders take turns. The
results are medians and ratios of medians.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.engine.corpora.texts import column
from benchmarks.environments import ROOT, python_with
from benchmarks.learning.contenders import CONTENDERS

_PEERS = Path(__file__).with_name("peers.txt")
_OURS = "topics learn"


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("--num-topics", type=int, nargs="+", default=[20, 50], help="(default: 20 50)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores. Medians of {options.rounds} rounds, in seconds.\n")
    print(f"| topics | {_OURS} | {' | '.join(CONTENDERS)} |\n|---|---|{'---|' * len(CONTENDERS)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "news.csv"
        _write_news(path)
        for topics in options.num_topics:
            print(row(topics, _measure(path, topics, options.rounds)), flush=True)
    return 0


def _write_news(path: Path) -> None:
    texts = column("NewsArticles.csv", "text")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "text"), *enumerate(texts)])


def _measure(path: Path, topics: int, rounds: int) -> dict[str, list[float]]:
    commands = dict(_commands(path, topics))
    names = list(commands)
    _run(commands[_OURS])  # the first run compiles the engine's loops, once after an installation
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(_run(commands[name]))
    return seconds


def _commands(path: Path, topics: int) -> Iterator[tuple[str, list[str]]]:
    """Yield the command of each contender."""
    options = [
        "--column",
        "text",
        "--num-topics",
        str(topics),
        "--output",
        str(path.with_suffix("")),
        "--force",
    ]
    yield _OURS, [sys.executable, "-m", "client", "learn", str(path), *options]
    python = python_with("learning", ["--require-hashes", "-r", str(_PEERS)])
    for name in CONTENDERS:
        yield name, [str(python), "-m", "benchmarks.learning.contenders", name, str(path), str(topics)]


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode or not run.stdout:
        raise RuntimeError(f"{command} ended with {run.returncode}: {run.stderr[-2000:]}")
    return time.perf_counter() - started


def row(topics: int, seconds: dict[str, list[float]]) -> str:
    """Return a row of the table: medians, and how often our time fits into each of the others.

    Parameters
    ----------
    topics
        The number of topics.
    seconds
        The times of every contender, ours first.
    """
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    ours = medians.pop(_OURS)
    others = [f"{median:.1f} ({median / ours:.1f}x)" for median in medians.values()]
    return f"| {topics} | {ours:.1f} | {' | '.join(others)} |"


if __name__ == "__main__":
    sys.exit(main())
