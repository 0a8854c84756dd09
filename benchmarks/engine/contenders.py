"""The programs that are compared, each in its own worker process."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.engine.corpora.catalog import Corpus
from benchmarks.engine.corpora.counts import Floats
from benchmarks.environments import python_with
from benchmarks.workers import Worker

_PEERS = ("--require-hashes", "-r", str(Path(__file__).parent / "peers.txt"))


@dataclass(frozen=True)
class ContenderSpec:
    """The worker of a contender, and its options."""

    worker: str
    options: dict[str, Any] = field(default_factory=dict)


OURS, START, SKLEARN, GENSIM = "spectral_lda", "its spectral start", "scikit-learn batch-10", "gensim-10"
TOMOTOPY, TOMOTOPY_LONG = "tomotopy-200", "tomotopy-1000"
# The Dirichlet parameter of a word in a topic: .1 gives every peer a better completion on the validation
# split of the news than .02 and .01.
_ETA = 0.1
CONTENDERS = {
    OURS: ContenderSpec("ours"),
    START: ContenderSpec("ours", {"refine": False}),
    SKLEARN: ContenderSpec("sklearn_lda", {"iterations": 10, "eta": _ETA}),
    GENSIM: ContenderSpec("gensim_lda", {"iterations": 10, "eta": _ETA}),
    TOMOTOPY: ContenderSpec("tomotopy_lda", {"iterations": 200, "eta": _ETA}),
    TOMOTOPY_LONG: ContenderSpec("tomotopy_lda", {"iterations": 1000, "eta": _ETA}),
}


class LearnedTopics(NamedTuple):
    """The result of a contender: topics (K, V), seconds or bytes, documents scored per second."""

    topics: Floats
    cost: float
    speeds: list[float]


class Contender(Worker):
    """A worker that learns corpora: ours in this environment, the peers in their own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._spec = CONTENDERS[name]
        ours = self._spec.worker == "ours"
        python = Path(sys.executable) if ours else python_with("engine/peers", _PEERS)
        super().__init__(python, f"benchmarks.engine.workers.{self._spec.worker}")

    def learn(
        self, corpus: Corpus, folder: Path, seed: int = 0, *, memory: bool = False, speeds: bool = False
    ) -> LearnedTopics:
        """Learn a corpus with its counts in ``folder``; measure seconds, or with ``memory`` bytes."""
        message = {
            "folder": str(folder),
            "num_topics": corpus.num_topics,
            "alpha0": corpus.alpha0,
            "seed": seed,
            "options": self._spec.options,
            "memory": memory,
            "speeds": speeds,
        }
        response = self.request(message)
        return LearnedTopics(np.load(folder / "topics.npy"), response["cost"], response["speeds"])
