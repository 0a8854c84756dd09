"""Compares the engine with its peers: python -m benchmarks.engine [--quick].

Every contender runs in its own process; they take turns on each corpus. L1 is the distance between known and
learned topics, 0 to 2, after optimal matching; completion is the log-likelihood per word of one half of
held-out documents given the other, in nats; NPMI is the coherence of the topics' top 10 words. All have the
same prior and otherwise the defaults of their library; the conversion of the counts isn't timed.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.engine.contenders import CONTENDERS, Contender
from benchmarks.engine.report import goals, tables
from benchmarks.engine.report.cases import FULL, FULL_SCALE, QUICK, QUICK_SCALE
from benchmarks.engine.report.measurement import Result, measure_scale, run


def main() -> int:
    """Measure and print the tables."""
    options = _options()
    cases, scale = (QUICK, QUICK_SCALE) if options.quick else (FULL, FULL_SCALE)
    results: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name)) for name in CONTENDERS}
        print(f"{os.cpu_count()} cores. Medians of interleaved rounds; each round has other seeds.\n")
        print(tables.QUALITY_HEAD)
        for name, case in cases.items():
            results[name] = run(case, Path(scratch) / name, contenders)
            print(*tables.quality_rows(name, results[name]), sep="\n", flush=True)
        print(f"\n{tables.SPEED_HEAD}")
        print(*tables.speed_rows(results["news"]), sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        scale_result = measure_scale(scale, Path(scratch))
    print(f"\n{tables.scale_text(scale, scale_result)}\n\n{goals.HEAD}")
    print(*goals.rows(results, scale_result), sep="\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small corpora and fewer rounds")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
