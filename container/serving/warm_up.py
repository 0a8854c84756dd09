"""Compiles the numerical loops before the first request.

The server calls `warm_up`; the image's build runs `python -m container.serving.warm_up`.
"""

import numpy as np

import spectral_lda
from container.contract.content_types import CSV
from container.formats.responses import WRITERS
from container.serving.server import answer_documents


def warm_up(model: spectral_lda.Model) -> None:
    """Answer a document in each type: what is compiled or loaded is there before the first request."""
    document = ",".join(["1"] * model.beta.shape[1]).encode()
    for accept in WRITERS:
        answer_documents(model, CSV, accept, document)


if __name__ == "__main__":
    counts = np.random.default_rng(0).poisson(2, (60, 6))
    warm_up(spectral_lda.fit(counts, 2))
