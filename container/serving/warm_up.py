"""Compiles the numerical loops before the first request.

The server calls `warm_up`; the image's build runs `python -m container.serving.warm_up`.
"""

import numpy as np

import spectral_lda
from container.contract.content_types import CSV
from container.formats.responses import ENCODERS, Accepted
from container.serving.served_model import ServedModel
from container.serving.server import predict


def warm_up(model: ServedModel) -> None:
    """Predict a document in each response type, which compiles or loads everything that a request needs."""
    document = ",".join(["1"] * model.model.beta.shape[1]).encode()
    for accept in ENCODERS:
        predict(model, CSV, Accepted(accept), document)


if __name__ == "__main__":
    counts = np.random.default_rng(0).poisson(2, (60, 6))
    warm_up(ServedModel(spectral_lda.fit(counts, 2)))
