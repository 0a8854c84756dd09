"""A host of a job that computes nothing: it adds two arrays, each when it is told to (by a line).

Arguments: the host's name, all hosts' names, and the seconds of patience for the start and for an answer.
"""

import os
import sys

import numpy as np

from container.distributed.cluster import Cluster
from container.distributed.network_workers import joined
from container.distributed.sockets import Patience
from container.training.termination import end_process


def main(current: str, hosts: str, start: str, answer: str) -> None:
    cluster = Cluster.from_config(
        {"current_host": current, "hosts": hosts.split(","), "network_interface_name": "lo"}
    )
    patience = Patience(start=float(start), answer=float(answer))
    say("waiting")
    with joined(cluster, lambda failure: fail(str(failure.sentence)), patience) as all_hosts:
        say("ready")
        sys.stdin.readline()
        values = np.random.default_rng(all_hosts.rank).standard_normal((3, 400_000))
        say(f"sum {np.float64(all_hosts.total(values).sum()).hex()}")
        sys.stdin.readline()
        shape = (2,) if os.environ.get("ODD_HOST") == current else ()
        say(f"count {all_hosts.total(np.ones(shape))}")
    say("left")


def fail(sentence: str) -> None:
    say(f"failed: {sentence}")
    end_process(2)


def say(line: str) -> None:
    """Write a line in one piece, as print does not: other threads' warnings come through the same pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
