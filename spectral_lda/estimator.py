"""The engine as a scikit-learn estimator. No other module of the package needs scikit-learn."""

from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from spectral_lda.counts import CountMatrix, CountsLike, FloatArray
from spectral_lda.fitting.procedure import fit_observed
from spectral_lda.fitting.settings import Settings
from spectral_lda.inference.likelihood import BACKGROUND, log_likelihoods
from spectral_lda.inference.mixtures import topics_by_word

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils import check_random_state, check_scalar
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        "spectral_lda.estimator needs scikit-learn 1.6 or newer: pip install scikit-learn."
    ) from error

_MAX_SEED = 2**31 - 1


class SpectralLDA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Latent Dirichlet allocation by tensor decomposition, for pipelines and grid searches.

    Parameters
    ----------
    n_components
        K, the number of topics.
    alpha0
        The sum of the Dirichlet prior over topic mixtures: small if each document has few topics.
    max_restarts, max_iterations, tol
        The alternating least squares: the number of restarts, the iterations of each, and the change of the
        relative error that ends one.
    refine
        Refine the spectral topics by EM iterations; the score on validation documents determines how many.
    extra_topics
        Compute 25 % more topics and return those with the largest priors.
    random_state
        An integer is the seed of `spectral_lda.fit` and gives the same model.
    verbose
        Print a line per restart and EM iteration.

    Attributes
    ----------
    components_
        (K, V) the topics: each row a distribution over the words, so it sums to 1.
    alpha_
        (K,) the prior over topic mixtures, with the sum alpha0; the largest topic first.
    model_
        The `spectral_lda.Model`, whose ``save`` writes SageMaker's artifact.
    n_features_in_, feature_names_in_
        As in every scikit-learn estimator.

    Examples
    --------
    >>> counts = np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [30, 10], axis=0)
    >>> SpectralLDA(n_components=2, random_state=0).fit(counts).components_.round(2)
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]])
    """

    def __init__(  # noqa: PLR0913 -- one parameter a hyperparameter, as scikit-learn has them
        self,
        n_components: int = 10,
        *,
        alpha0: float = 1.0,
        max_restarts: int = 10,
        max_iterations: int = 1000,
        tol: float = 1e-8,
        refine: bool = True,
        extra_topics: bool = False,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        self.n_components = n_components
        self.alpha0 = alpha0
        self.max_restarts = max_restarts
        self.max_iterations = max_iterations
        self.tol = tol
        self.refine = refine
        self.extra_topics = extra_topics
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: CountsLike, y: None = None) -> Self:  # noqa: ARG002, N803 -- scikit-learn's signature
        """Learn the topics of the documents ``X``, (D, V) word counts; ``y`` is ignored.

        Fractional values, such as tf-idf, are used as weights, with a warning.

        Raises
        ------
        ValueError
            A count is negative or not finite, no document contains a word, or a parameter is out of range.
        """
        counts = self._counts(X, reset=True)
        observe = print if self.verbose else _ignore
        self.model_ = fit_observed(counts, self._settings(), observe, whole=False)
        self.components_ = self.model_.beta
        self.alpha_ = self.model_.alpha
        return self

    def transform(self, X: CountsLike) -> FloatArray:  # noqa: N803
        """Return the topic mixture of each document, (D, K), rows summing to 1."""
        check_is_fitted(self)
        return self.model_.topic_mixtures(self._counts(X, reset=False))

    def score(self, X: CountsLike, y: None = None) -> float:  # noqa: ARG002, N803 -- scikit-learn's signature
        """Return the log-likelihood of all tokens of ``X``, in nats; larger is better.

        Document completion: every other word of a document is scored with the mixture inferred from the
        remaining words, and vice versa. No token affects its own probability, so more topics don't
        automatically score better. As in the refinement, a hundredth of the probability is uniform.
        """
        check_is_fitted(self)
        halves = _every_other_word(self._counts(X, reset=False))
        return sum(self._log_likelihood(observed, held_out) for observed, held_out in (halves, halves[::-1]))

    def perplexity(self, X: CountsLike) -> float:  # noqa: N803
        """Return exp(-score / tokens) of the documents ``X``; smaller is better, NaN without any tokens."""
        score = self.score(X)
        tokens = float(self._counts(X, reset=False).sum())
        return float(np.exp(-score / tokens)) if tokens else float("nan")

    def _log_likelihood(self, observed: CountMatrix, held_out: CountMatrix) -> float:
        mixtures = self.model_.topic_mixtures(observed).astype(np.float32)
        scored = self.model_.documents(held_out, whole=False)
        by_word = topics_by_word(self.components_)
        return float(log_likelihoods(scored, mixtures, by_word, background=BACKGROUND).sum())

    def _counts(self, documents: CountsLike, *, reset: bool) -> CountMatrix:
        checked: Any = validate_data(
            self, documents, reset=reset, accept_sparse="csr", dtype=np.float64, ensure_non_negative=True
        )
        return sparse.csr_array(checked)

    def _settings(self) -> Settings:
        return Settings(
            num_topics=check_scalar(self.n_components, "n_components", Integral, min_val=1),
            alpha0=self.alpha0,
            max_restarts=self.max_restarts,
            max_iterations=self.max_iterations,
            tol=self.tol,
            refine=self.refine,
            extra_topics=self.extra_topics,
            seed=self._seed(),
        )

    def _seed(self) -> int:
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(_MAX_SEED))

    @property
    def _n_features_out(self) -> int:
        return int(self.components_.shape[0])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        return tags


def _ignore(_message: str) -> None:
    """Discard a message of the fit."""


def _every_other_word(counts: CountMatrix) -> tuple[CountMatrix, CountMatrix]:
    """Assign the words of each document alternately to two matrices that sum to ``counts``."""
    counts = counts.copy()
    counts.sum_duplicates()
    counts.eliminate_zeros()
    starts = np.repeat(counts.indptr[:-1], np.diff(counts.indptr))
    even = (np.arange(counts.nnz) - starts) % 2 == 0
    return _filtered(counts, even), _filtered(counts, ~even)


def _filtered(counts: CountMatrix, mask: NDArray[np.bool_]) -> CountMatrix:
    part = counts.copy()
    part.data[~mask] = 0
    part.eliminate_zeros()
    return part
