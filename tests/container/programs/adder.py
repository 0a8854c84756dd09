"""A host of a job that computes nothing: it adds two arrays, each when it is told to (by a line).

Arguments: the host's name, all hosts' names, and the seconds of patience for the start and for an answer.
"""

# ruff: noqa: T201 -- what a program prints is its log

import os
import sys

import numpy as np

from container.cluster import Cluster
from container.network_hosts import joined
from container.sockets import Patience
from container.stopping import end_process


def main(current: str, hosts: str, start: str, answer: str) -> None:
    cluster = Cluster.from_config(
        {"current_host": current, "hosts": hosts.split(","), "network_interface_name": "lo"}
    )
    patience = Patience(start=float(start), answer=float(answer))
    print("waiting", flush=True)
    with joined(cluster, lambda failure: fail(str(failure.sentence)), patience) as all_hosts:
        print("ready", flush=True)
        sys.stdin.readline()
        values = np.random.default_rng(all_hosts.rank).standard_normal((3, 400_000))
        print("sum", np.float64(all_hosts.total(values).sum()).hex(), flush=True)
        sys.stdin.readline()
        shape = (2,) if os.environ.get("ODD_HOST") == current else ()
        print("count", all_hosts.total(np.ones(shape)), flush=True)
    print("left", flush=True)


def fail(sentence: str) -> None:
    print("failed:", sentence, flush=True)
    end_process(2)


if __name__ == "__main__":
    main(*sys.argv[1:])
