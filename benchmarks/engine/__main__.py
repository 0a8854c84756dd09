"""The engine beside its peers: python -m benchmarks.engine [--quick].

Every contender runs in a process of its own; they take turns at each corpus. L1 is the distance between known
and learned topics, 0 to 2, after optimal matching; completion is the log-likelihood per word of one half of
held-out documents given the other, in nats; NPMI is the coherence of the topics' first 10 words. All get the
same prior and the libraries' own settings for the rest; bringing the counts into their form isn't timed.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.engine import goals, tables
from benchmarks.engine.cases import FULL, FULL_SCALE, QUICK, QUICK_SCALE
from benchmarks.engine.contenders import KINDS, Contender
from benchmarks.engine.measuring import Result, run, weigh


def main() -> int:
    """Measure and print the tables."""
    options = _options()
    cases, scale = (QUICK, QUICK_SCALE) if options.quick else (FULL, FULL_SCALE)
    results: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        running = {name: stack.enter_context(Contender(name)) for name in KINDS}
        print(f"{os.cpu_count()} cores. Medians of interleaved rounds; each round has other seeds.\n")
        print(tables.QUALITY_HEAD)
        for name, case in cases.items():
            results[name] = run(case, Path(scratch) / name, running)
            print(*tables.quality_rows(name, results[name]), sep="\n", flush=True)
        print(f"\n{tables.SPEED_HEAD}")
        print(*tables.speed_rows(results["news"]), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        weighed = weigh(scale, Path(scratch))
    print(f"\n{tables.scale_text(scale, weighed)}\n\n{goals.HEAD}")
    print(*goals.rows(results, weighed), sep="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small corpora and fewer rounds, for a look")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
