"""The programs that are compared, each in its own worker process."""

import sys
from pathlib import Path

from benchmarks.environments import python_with
from benchmarks.workers import Worker

PEERS = {
    "sdk": ("sagemaker==2.257.*", "scipy"),
    "notebook": ("mxnet==1.9.1", "numpy==1.23.5", "protobuf"),
}


class Contender(Worker):
    """A worker that encodes and decodes: a peer in its own environment, the others in this one."""

    def __init__(self, name: str) -> None:
        self.name = name
        python = python_with(f"recordio/{name}", PEERS[name]) if name in PEERS else Path(sys.executable)
        super().__init__(python, f"benchmarks.recordio.workers.{name}")

    def measure(self, task: str, folder: Path, *, memory: bool = False) -> float:
        """Run a task once, and return its seconds, or with `memory` the bytes in addition to the data."""
        return float(self.request({"task": task, "folder": str(folder), "memory": memory}))
