"""Latent Dirichlet allocation by tensor decomposition, in the format of Amazon SageMaker LDA."""

from spectral_lda.fitting.procedure import fit, fit_observed
from spectral_lda.fitting.settings import Settings
from spectral_lda.model import Model, load, per_word_log_likelihood

__all__ = ["Model", "Settings", "fit", "fit_observed", "load", "per_word_log_likelihood"]
