"""The programs that are compared, each a process of its own that stays for the whole run."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.engine.corpora import Corpus
from benchmarks.engine.counts import Floats
from benchmarks.environments import python_with
from benchmarks.workers import Worker

_PEERS = ("--require-hashes", "-r", str(Path(__file__).parent / "peers.txt"))


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


class Contender(Worker):
    """A worker that learns what it is asked to: ours in this environment, the peers in one made for them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._kind = KINDS[name]
        ours = self._kind.worker == "ours"
        python = Path(sys.executable) if ours else python_with("engine/peers", _PEERS)
        super().__init__(python, f"benchmarks.engine.workers.{self._kind.worker}")

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
        answer = self.ask(asked)
        return Learned(np.load(folder / "topics.npy"), answer["cost"], answer["speeds"])
