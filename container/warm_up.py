"""Compile before it counts: `python -m container.warm_up` in an image's build, `warm_up` in a server."""

import numpy as np

import spectral_lda
from container.answers import WRITERS
from container.content_types import CSV
from container.server import answer_documents


def warm_up(model: spectral_lda.Model) -> None:
    """Answer a document in each type: what is compiled or loaded is there before the first request."""
    document = ",".join(["1"] * model.beta.shape[1]).encode()
    for accept in WRITERS:
        answer_documents(model, CSV, accept, document)


if __name__ == "__main__":
    counts = np.random.default_rng(0).poisson(2, (60, 6))
    warm_up(spectral_lda.fit(counts, 2))
