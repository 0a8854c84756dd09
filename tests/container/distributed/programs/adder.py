"""A host of a job that only adds two arrays, each after a line on stdin.

Arguments: the host's name, all hosts' names, and the timeouts for the start and the heartbeat in seconds.
"""

import os
import sys

import numpy as np

from container.distributed.cluster import Cluster
from container.distributed.network_workers import connected_workers
from container.distributed.sockets import Timeouts
from container.training.termination import exit_process


def main(current: str, hosts: str, start: str, heartbeat: str) -> None:
    cluster = Cluster.from_config(
        {"current_host": current, "hosts": hosts.split(","), "network_interface_name": "lo"}
    )
    timeouts = Timeouts(start=float(start), heartbeat=float(heartbeat))
    write("waiting")
    with connected_workers(cluster, lambda failure: fail(failure.message), timeouts) as workers:
        write("ready")
        sys.stdin.readline()
        values = np.random.default_rng(workers.rank).standard_normal((3, 400_000))
        write(f"sum {np.float64(workers.all_reduce_sum(values).sum()).hex()}")
        sys.stdin.readline()
        shape = (2,) if os.environ.get("ODD_HOST") == current else ()
        write(f"count {workers.all_reduce_sum(np.ones(shape))}")
    write("left")


def fail(message: str) -> None:
    write(f"failed: {message}")
    exit_process(2)


def write(line: str) -> None:
    """Write a line in one piece, unlike print: other threads write to the same pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
