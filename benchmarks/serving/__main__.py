"""Compares the model server with kernel and peers: python -m benchmarks.serving [--quick] [--no-peers].

They take turns, so that a slow period of the machine affects all of them. The results are ratios of medians.
"""

import argparse
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.serving import contenders
from benchmarks.serving.contenders import CORES, Contender, Measured
from benchmarks.serving.corpus import LENGTH, TOPICS, WORDS, write
from benchmarks.serving.load import CLIENTS

BATCHES = (1, 100)
KERNEL = "the kernel, in process"
OURS = "this server"
OURS_TEXTS = "this server, texts"
PEERS = {
    "scikit-learn, Flask, gunicorn": contenders.flask,
    "scikit-learn, http.server": contenders.plain,
}


def main() -> int:
    """Measure and print the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        write(folder, BATCHES)
        counts, texts = stack.enter_context(contenders.ours(folder))
        running = {KERNEL: contenders.kernel(folder), OURS: counts, OURS_TEXTS: texts}
        for name, start in ({} if options.no_peers else PEERS).items():
            running[name] = stack.enter_context(start(folder))
        print(
            f"{CORES} cores, also for the clients: {CLIENTS} that stay connected and send CSV or text.\n"
            f"{TOPICS} topics, {WORDS} words, documents of about {LENGTH} words.\n"
            f"Medians of {options.rounds} interleaved rounds of {options.seconds:g} seconds.\n"
        )
        print("| | documents each | requests/s | documents/s | of the kernel | median | p99 | p99 / median |")
        print("|---|---|---|---|---|---|---|---|")
        clients = []
        for batch in BATCHES:
            medians = _measure(batch, running, options.rounds, options.seconds)
            clients.append(f"{medians[OURS].cores:.2f} cores at {batch} a request")
            _print_rows(batch, medians)
        print(f"\nThe clients of this server took {' and '.join(clients)}.")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds")
    parser.add_argument(
        "--no-peers", action="store_true", help="only this server and its kernel, without an installation"
    )
    options = parser.parse_args()
    options.rounds, options.seconds = (3, 1.0) if options.quick else (5, 5.0)
    return options


def _measure(batch: int, running: dict[str, Contender], rounds: int, seconds: float) -> dict[str, Measured]:
    """Run the contenders in turns, each time in another order; return their medians."""
    measured: dict[str, list[Measured]] = {name: [] for name in running}
    names = list(running)
    for contender in running.values():
        contender(batch, seconds / 4)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            measured[name].append(running[name](batch, seconds))
    return {
        name: Measured(*map(statistics.median, zip(*rounds_, strict=True)))
        for name, rounds_ in measured.items()
    }


def _print_rows(batch: int, medians: dict[str, Measured]) -> None:
    for name, measured in medians.items():
        share = f"{measured.documents / medians[KERNEL].documents:.0%}"
        cells = [name, str(batch), f"{measured.documents / batch:.0f}", f"{measured.documents:.0f}", share]
        if measured.median:
            ratio = measured.p99 / measured.median
            cells += [f"{measured.median * 1000:.1f} ms", f"{measured.p99 * 1000:.1f} ms", f"{ratio:.1f}"]
        else:
            cells += ["", "", ""]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
