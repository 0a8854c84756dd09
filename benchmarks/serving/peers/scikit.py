"""scikit-learn's LDA with given topics instead of fitted ones."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import LatentDirichletAllocation

# With such large pseudo-counts the variance of the topics is negligible: transform uses their means.
_PSEUDO_COUNTS = 1e6


def load() -> Any:
    """Return the model in the folder SERVING_BENCHMARK."""
    folder = Path(os.environ["SERVING_BENCHMARK"])
    alpha, beta = np.load(folder / "alpha.npy"), np.load(folder / "beta.npy")
    model = LatentDirichletAllocation(len(alpha), doc_topic_prior=alpha[0], max_iter=1)
    model.fit(np.ones((1, beta.shape[1])))
    model.components_ = beta * _PSEUDO_COUNTS
    model.exp_dirichlet_component_ = beta
    return model
