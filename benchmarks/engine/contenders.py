"""The programs that are compared, each a process of its own that stays for the whole run."""

import json
import subprocess
import sys
import venv
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np

from benchmarks.engine.corpora import Corpus
from benchmarks.engine.counts import Floats

ROOT = Path(__file__).parents[2]
_LOCK = Path(__file__).parent / "peers.txt"
_PEERS = ROOT / ".bench" / "engine" / "peers"
_ANSWER = "answer: "


@dataclass(frozen=True)
class Kind:
    """Which worker runs, and what it is told beside the corpus."""

    worker: str
    options: dict[str, Any] = field(default_factory=dict)


OURS, START, SKLEARN, GENSIM = "spectral_lda", "its spectral start", "scikit-learn batch-10", "gensim-10"
TOMOTOPY, TOMOTOPY_LONG = "tomotopy-200", "tomotopy-1000"
# The prior of a word in a topic: .1 completed the news' validation split better than .02 and .01, for every
# peer.
_ETA = 0.1
KINDS = {
    OURS: Kind("ours"),
    START: Kind("ours", {"refine": False}),
    SKLEARN: Kind("sklearn_lda", {"iterations": 10, "eta": _ETA}),
    GENSIM: Kind("gensim_lda", {"iterations": 10, "eta": _ETA}),
    TOMOTOPY: Kind("tomotopy_lda", {"iterations": 200, "eta": _ETA}),
    TOMOTOPY_LONG: Kind("tomotopy_lda", {"iterations": 1000, "eta": _ETA}),
}


class Learned(NamedTuple):
    """What a contender made of a corpus: topics (K, V), seconds or bytes, documents scored a second."""

    topics: Floats
    cost: float
    speeds: list[float]


class Contender:
    """A worker that learns what it is asked to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._kind = KINDS[name]
        self._process = subprocess.Popen(
            [_python(self._kind.worker), "-m", f"benchmarks.engine.workers.{self._kind.worker}"],
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

    def learn(
        self, corpus: Corpus, folder: Path, seed: int = 0, *, memory: bool = False, speeds: bool = False
    ) -> Learned:
        """Learn the corpus, whose counts lie in ``folder``: seconds, or with ``memory`` the bytes it took."""
        asked = {
            "folder": str(folder),
            "num_topics": corpus.num_topics,
            "alpha0": corpus.alpha0,
            "seed": seed,
            "options": self._kind.options,
            "memory": memory,
            "speeds": speeds,
        }
        answer = self._ask(json.dumps(asked))
        return Learned(np.load(folder / "topics.npy"), answer["cost"], answer["speeds"])

    def _ask(self, line: str) -> Any:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("The worker was started without pipes.")
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        for answer in self._process.stdout:
            if answer.startswith(_ANSWER):  # libraries print too
                return json.loads(answer.removeprefix(_ANSWER))
        raise RuntimeError(
            f"The worker of {self.name} ended; run benchmarks.engine.workers by hand to see why."
        )


def _python(worker: str) -> Path:
    """Give the Python of a worker: ours runs in this environment, the peers in one made for them."""
    if worker == "ours":
        return Path(sys.executable)
    python = _PEERS / "bin" / "python"
    if not (_PEERS / ".installed").exists():
        print(f"Installing {_LOCK.name} into {_PEERS.relative_to(ROOT)} ...", file=sys.stderr)
        venv.create(_PEERS, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "-r", str(_LOCK)], check=True)
        (_PEERS / ".installed").touch()
    return python
