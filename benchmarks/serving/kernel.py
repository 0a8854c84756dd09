"""The upper bound of a server: python -m benchmarks.serving.kernel FOLDER BATCH SECONDS.

Scores documents that are in memory as sparse counts, without HTTP and parsing; prints documents per second.
"""

import sys
import time
from pathlib import Path

from scipy import sparse

import spectral_lda


def main() -> None:
    """Score batches for some seconds."""
    folder, batch, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    model = spectral_lda.load(folder / "model" / "model_algo-1")
    documents = sparse.csr_array(sparse.load_npz(folder / f"documents-{batch}.npz"))
    batches = [documents[start : start + batch] for start in range(0, documents.shape[0], batch)]
    for counts in batches[:2]:
        model.topic_mixtures(counts)
    scored = 0
    started = time.perf_counter()
    while time.perf_counter() < started + seconds:
        model.topic_mixtures(batches[scored % len(batches)])
        scored += 1
    print(scored * batch / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
