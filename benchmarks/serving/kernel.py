"""What a server could do at best: python -m benchmarks.serving.kernel FOLDER BATCH SECONDS.

Scores documents that lie in memory as sparse counts, with nothing around it; prints documents a second.
"""

import sys
import time
from pathlib import Path

from scipy import sparse

import spectral_lda


def main() -> None:
    """Score one batch after the other for some seconds."""
    folder, batch, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    model = spectral_lda.load(folder / "model" / "model_algo-1")
    documents = sparse.csr_array(sparse.load_npz(folder / f"documents-{batch}.npz"))
    batches = [documents[at : at + batch] for at in range(0, documents.shape[0], batch)]
    for counts in batches[:2]:
        model.topic_mixtures(counts)
    done = 0
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        model.topic_mixtures(batches[done % len(batches)])
        done += 1
    print(done * batch / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
