"""Latent Dirichlet allocation by tensor decomposition, in the format of Amazon SageMaker LDA."""

from spectral_lda.fitting.procedure import fit, fit_observed
from spectral_lda.fitting.settings import Settings
from spectral_lda.model import Model, load, per_word_log_likelihood
from spectral_lda.num_topics.search import AutoFit, choose_num_topics, fit_auto

__all__ = [
    "AutoFit",
    "Model",
    "Settings",
    "choose_num_topics",
    "fit",
    "fit_auto",
    "fit_observed",
    "load",
    "per_word_log_likelihood",
]
