"""The programs that are compared, each a process of its own that stays for the whole run."""

import json
import subprocess
import sys
import venv
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".bench" / "recordio"
PEERS = {
    "sdk": ("sagemaker==2.257.*", "scipy"),
    "notebook": ("mxnet==1.9.1", "numpy==1.23.5", "protobuf"),
}


ANSWER = "answer: "


class Contender:
    """A worker that measures what it is asked to."""

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [python, "-m", f"benchmarks.recordio.workers.{name}"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def measure(self, task: str, folder: Path, *, memory: bool = False) -> float:
        """Run a task once; seconds, or with `memory` the bytes that it needed beside the data."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The worker was started without pipes.")
        json.dump({"task": task, "folder": str(folder), "memory": memory}, self._process.stdin)
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith(ANSWER):  # libraries print too
                return float(line.removeprefix(ANSWER))
        raise RuntimeError(f"The worker {self.name} ended; run it by hand to see why.")


def environment(name: str) -> Path:
    """Make the virtual environment of a peer, unless it stands, and give its Python."""
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        print(f"Installing {', '.join(PEERS[name])} into {folder.relative_to(ROOT)} ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS[name]], check=True)
        (folder / ".installed").touch()
    return python


def start(name: str) -> Contender:
    """Start a worker: a peer in its own environment, the others in this one."""
    return Contender(name, environment(name) if name in PEERS else Path(sys.executable))
