"""Latent Dirichlet allocation by tensor decomposition, in the format of Amazon SageMaker LDA."""

from spectral_lda.fitting.procedure import Settings, fit, fit_observed
from spectral_lda.inference.likelihood import per_word_log_likelihood
from spectral_lda.model import Model, load

__all__ = ["Model", "Settings", "fit", "fit_observed", "load", "per_word_log_likelihood"]
