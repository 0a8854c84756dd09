"""The programs that are compared, each a process of its own that stays for the whole run."""

import sys
from pathlib import Path

from benchmarks.environments import python_with
from benchmarks.workers import Worker

PEERS = {
    "sdk": ("sagemaker==2.257.*", "scipy"),
    "notebook": ("mxnet==1.9.1", "numpy==1.23.5", "protobuf"),
}


class Contender(Worker):
    """A worker that measures what it is asked to: a peer in its own environment, the others in this one."""

    def __init__(self, name: str) -> None:
        self.name = name
        python = python_with(f"recordio/{name}", PEERS[name]) if name in PEERS else Path(sys.executable)
        super().__init__(python, f"benchmarks.recordio.workers.{name}")

    def measure(self, task: str, folder: Path, *, memory: bool = False) -> float:
        """Run a task once; seconds, or with `memory` the bytes that it needed beside the data."""
        return float(self.ask({"task": task, "folder": str(folder), "memory": memory}))
