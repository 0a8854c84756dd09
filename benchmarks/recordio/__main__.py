"""Compares the codec with its peers: python -m benchmarks.recordio [--quick] [--no-peers].

Every contender runs in its own process. They take turns, so that a slow period of the machine affects all of
them. The results are ratios of medians. Inputs and outputs are in memory (/dev/shm).
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.recordio.cases import FULL, QUICK, Case, make
from benchmarks.recordio.contenders import PEERS, Contender

_FAST_SECONDS = 2.0  # a faster contender runs several times in a round
_RUNS_PER_ROUND = 4
_MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder in memory; the folder created in it has a random name


def main() -> int:
    """Measure and print the tables."""
    options = _options()
    shared = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=shared) as scratch, ExitStack() as stack:
        cases = QUICK if options.quick else FULL
        excluded = set(PEERS) if options.no_peers else set()
        names = sorted({name for case in cases for name in case.contenders} - excluded)
        running = {name: stack.enter_context(Contender(name)) for name in names}
        print(f"{os.cpu_count()} cores. Medians of {options.rounds} interleaved rounds.\n")
        print("| corpus | | MB | ours ms | of the raw | SDK 2.257 | protobuf loop | notebook |")
        print("|---|---|---|---|---|---|---|---|")
        for case in cases:
            folder = Path(scratch) / case.name
            make(case, folder)
            for line in _rows(case, folder, running, options.rounds):
                print(line, flush=True)
        print("\n| memory | ours | SDK 2.257 |\n|---|---|---|")
        for line in _memory_rows(cases, Path(scratch), running):
            print(line, flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recordio", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small corpora")
    parser.add_argument(
        "--no-peers", action="store_true", help="without SDK and notebook, which are installed"
    )
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    return parser.parse_args()


def _rows(case: Case, folder: Path, running: dict[str, Contender], rounds: int) -> Iterator[str]:
    megabytes = (folder / "input.pbr").stat().st_size / 1e6
    contenders = [running[name] for name in case.contenders if name in running]
    for task in ("encode", "decode"):
        medians = _measure(task, folder, contenders, rounds)
        ours = medians["ours"]
        ratios = [
            f"{medians[name] / ours:.1f}x" if name in medians else "" for name in ("sdk", "loop", "notebook")
        ]
        cells = [
            f"{case.documents} x {case.vocabulary} {'sparse' if case.words else 'dense'}",
            task,
            f"{megabytes:.1f}",
            f"{ours * 1000:.2f}",
            f"{medians['raw'] / ours:.0%}",
            *ratios,
        ]
        yield f"| {' | '.join(cells)} |"


def _measure(task: str, folder: Path, contenders: list[Contender], rounds: int) -> dict[str, float]:
    """Run the contenders in turns, each time in another order; return the median of each."""
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for contender in contenders:
        warm_up = contender.measure(task, folder)
        if warm_up > _FAST_SECONDS:
            times[contender.name].append(warm_up)
    for turn in range(rounds * _RUNS_PER_ROUND):
        first = turn % len(contenders)
        for contender in contenders[first:] + contenders[:first]:
            done = times[contender.name]
            if (
                not done
                or statistics.median(done) < _FAST_SECONDS
                or (turn % _RUNS_PER_ROUND == 0 and len(done) < rounds)
            ):
                done.append(contender.measure(task, folder))
    return {name: statistics.median(done) for name, done in times.items()}


def _memory_rows(cases: tuple[Case, ...], scratch: Path, running: dict[str, Contender]) -> Iterator[str]:
    if not Path("/proc/self/clear_refs").exists():
        return
    for case in cases[1:]:
        folder = scratch / case.name
        for task in ("encode", "decode"):
            cells = [f"{task} {case.documents} x {case.vocabulary} {'sparse' if case.words else 'dense'}"]
            peers = ("ours", "sdk")
            cells += [_memory(name, task, folder) if name in running else "" for name in peers]
            yield f"| {' | '.join(cells)} |"


def _memory(name: str, task: str, folder: Path) -> str:
    """Measure a new process after a small corpus: a process doesn't return memory that it used before."""
    with Contender(name) as contender:
        contender.measure(task, folder.parent / FULL[0].name)
        used = contender.measure(task, folder, memory=True)
    size = (folder / "input.pbr").stat().st_size
    if task == "encode":
        return f"{used / 2**20:.1f} MiB in addition to the data"
    return f"{used / size:.2f} x the file"


if __name__ == "__main__":
    sys.exit(main())
