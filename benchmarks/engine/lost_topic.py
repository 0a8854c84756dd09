"""Counts lost topics: python -m benchmarks.engine.lost_topic.

The data of AWS's notebook (1600 training documents) and of AWS's published run (5400) are learned as AWS
documents it (a quarter more topics, of which those with the largest priors are returned), with exactly K
topics, and with refinement.
"""

from typing import Any

import numpy as np

from data_prep.matching import match_topics
from data_prep.synthetic import generate_griffiths_data
from spectral_lda import Model, fit

# A known topic is lost if the learned topic matched with it is nearer to another known topic.
PROCEDURES: dict[str, dict[str, Any]] = {
    "13 topics, the 10 largest priors kept": {"refine": False, "extra_topics": True},
    "exactly 10 topics": {"refine": False},
    "exactly 10 topics, refined": {},
}


def main() -> None:
    """Print the table, and the singular values of the known topics."""
    print("| training documents | procedure | lost | mean L1 | worst L1 | largest column sum |")
    print("|---|---|---|---|---|---|")
    for documents, training in ((2000, 1600), (6000, 5400)):
        _, beta, counts, _ = generate_griffiths_data(num_documents=documents, num_topics=10)
        for name, options in PROCEDURES.items():
            cells = _compare(beta, fit(counts[:training], 10, **options))
            print(f"| {training} | {name} | {' | '.join(cells)} |", flush=True)
    values = np.linalg.svd(beta, compute_uv=False)
    print(f"\nSingular values of the known topics: {', '.join(f'{value:.3f}' for value in values)}")


def _compare(beta: np.ndarray, model: Model) -> list[str]:
    learned = model.beta[match_topics(beta, model.beta)]
    distances = np.abs(beta[:, None] - learned[None]).sum(axis=2)
    errors = np.diag(distances)
    lost = np.count_nonzero(distances.argmin(axis=0) != np.arange(len(beta)))
    # numpy.linalg.norm(known - learned, 1), as AWS's notebook prints it.
    column = np.abs(beta - learned).sum(axis=0).max()
    return [f"{lost}", f"{errors.mean():.4f}", f"{errors.max():.4f}", f"{column:.4f}"]


if __name__ == "__main__":
    main()
