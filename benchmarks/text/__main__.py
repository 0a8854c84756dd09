"""Compares text to counts with other tools: python -m benchmarks.text [--megabytes N ...] [--rounds N].

Every run is a process of its own, from opening the file to the counts, imports included. The contenders take
turns, so that a slow period of the machine affects all. The results are medians and ratios of medians.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.environments import ROOT, python_with
from benchmarks.text.contenders import CONTENDERS
from benchmarks.text.corpus import write_corpus

_PEERS = Path(__file__).with_name("peers.txt")
_OURS, _REFERENCE = "ours", "scikit-learn CountVectorizer"
_MEGABYTE = 10**6


def main() -> int:
    """Measure and print a table for every size."""
    options = _options()
    names = options.only or list(CONTENDERS)
    print(f"{os.cpu_count()} cores. Medians of {options.rounds} rounds.")
    for megabytes in options.megabytes:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            path = Path(folder) / "documents.txt"
            write_corpus(path, megabytes)
            runs = _measure(path, names, options.rounds)
        print(f"\n{megabytes} MB, {runs[names[0]][0]['documents']:,} documents\n")
        print("| | seconds | MB/s | of CountVectorizer's time | peak memory | words | same totals |")
        print("|---|---|---|---|---|---|---|")
        for row in rows(runs, megabytes):
            print(row, flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text", description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[160], help="sizes (default: 160)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS), help="these contenders")
    parser.add_argument("--folder", type=Path, help="where the corpus is written (default: temporary files)")
    return parser.parse_args()


def _measure(path: Path, names: list[str], rounds: int) -> dict[str, list[dict[str, Any]]]:
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            runs[name].append(_run(name, path))
    return runs


def _run(name: str, path: Path) -> dict[str, Any]:
    peers = ["--require-hashes", "-r", str(_PEERS)]
    python = Path(sys.executable) if name.startswith(_OURS) else python_with("text", peers)
    command = [str(python), "-m", "benchmarks.text.contenders", name, str(path)]
    environment = os.environ | {"TMPDIR": str(path.parent)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"{name} ended with {run.returncode}: {run.stderr[-2000:]}")
    facts: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return facts


def rows(runs: dict[str, list[dict[str, Any]]], megabytes: int) -> Iterator[str]:
    """Yield a row of the table for each contender.

    Parameters
    ----------
    runs
        The facts of every run, by contender.
    megabytes
        The size of the corpus.
    """
    seconds = {name: statistics.median(run["seconds"] for run in done) for name, done in runs.items()}
    reference = runs.get(_REFERENCE, [{}])[0]
    for name, done in runs.items():
        peak = statistics.median(run["peak_bytes"] for run in done)
        same = _has_same_totals(done[0], reference) if reference and done[0]["words"] else None
        cells = [
            name,
            f"{seconds[name]:.1f}",
            f"{megabytes / seconds[name]:.0f}",
            f"1/{seconds[_REFERENCE] / seconds[name]:.1f}" if reference else "",
            f"{peak / _MEGABYTE:,.0f} MB",
            f"{done[0]['words']:,}" if done[0]["words"] else "",
            {True: "yes", False: "no", None: ""}[same],
        ]
        yield f"| {' | '.join(cells)} |"


def _has_same_totals(facts: dict[str, Any], reference: dict[str, Any]) -> bool:
    """Compare documents, words and tokens; tests of data_prep.text compare the counts themselves."""
    return all(facts[name] == reference[name] for name in ("documents", "words", "tokens"))


if __name__ == "__main__":
    sys.exit(main())
