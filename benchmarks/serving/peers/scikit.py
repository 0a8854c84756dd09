"""scikit-learn's LDA with the topics that are given, instead of fitted ones."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import LatentDirichletAllocation

# Counts for the topics that make their uncertainty negligible: transform then takes them as they are.
_CERTAIN = 1e6


def load() -> Any:
    """Return the model of SERVING_BENCHMARK, a folder."""
    folder = Path(os.environ["SERVING_BENCHMARK"])
    alpha, beta = np.load(folder / "alpha.npy"), np.load(folder / "beta.npy")
    model = LatentDirichletAllocation(len(alpha), doc_topic_prior=alpha[0], max_iter=1)
    model.fit(np.ones((1, beta.shape[1])))
    model.components_ = beta * _CERTAIN
    model.exp_dirichlet_component_ = beta
    return model
