"""Fitting a model to word counts: the steps in order, with warnings if the data are insufficient."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Corpus
from spectral_lda.counts import CountsLike, FloatArray
from spectral_lda.em.refinement import Refiner
from spectral_lda.em.validation import ValidationSet, choose_validation_set
from spectral_lda.fitting import data_checks
from spectral_lda.fitting.settings import Settings
from spectral_lda.model import Model
from spectral_lda.parallel import blas_on_one_thread
from spectral_lda.spectral.decomposition import decompose
from spectral_lda.spectral.moments import Moments, compute_moments
from spectral_lda.spectral.recovery import keep_largest, recover, split_topics
from spectral_lda.spectral.whitening import Whitening, whiten
from spectral_lda.workers import SINGLE_WORKER, Workers, broadcast

# If refinement follows, a restart ends at this change of the error, and for many topics one restart is
# enough: on real texts restarts differ in a few topics only, which EM evens out. With few topics, a single
# restart could lose one.
ROUGH_TOL = 1e-4
MANY_TOPICS, ROUGH_RESTARTS = 30, 1


def fit(  # noqa: PLR0913 -- SageMaker's hyperparameters by their names, and four more
    counts: CountsLike,
    num_topics: int,
    *,
    alpha0: float = 1.0,
    max_restarts: int = 10,
    max_iterations: int = 1000,
    tol: float = 1e-8,
    refine: bool = True,
    extra_topics: bool = False,
    seed: int = 0,
    observe: Callable[[str], None] | None = None,
) -> Model:
    """Fit a latent Dirichlet allocation to word counts by the method of moments, refined by EM.

    Parameters
    ----------
    counts
        (D, V) whole numbers: how often document d contains word w. A dense array, any scipy sparse matrix or
        array, or an iterable of such shards. Arrays may be memory maps; CSR arrays are not copied.
    num_topics
        K, the number of topics.
    alpha0
        The sum of the Dirichlet prior over topic mixtures: small if each document has few topics.
    max_restarts, max_iterations, tol
        The alternating least squares: the maximum number of restarts (a restart that finds the same
        components as the best one is the last), the maximum number of iterations of each, and the change of
        the relative error that ends one. If refinement follows, a change of 1e-4 is enough, and above 30
        topics one restart is.
    refine
        Refine the spectral topics by EM iterations; the score on validation documents determines how many.
    extra_topics
        Compute 25 % more topics and return those with the largest priors. With ``refine=False`` this is the
        procedure that AWS documents; it can lose a topic if the data have no more than K.
    seed
        The same seed, data and settings give the same bits on any number of cores.
    observe
        Called with a message at every step, such as ``print``.

    Returns
    -------
    Model
        alpha (K,), with the sum alpha0, and beta (K, V), topics over words; the largest prior first.

    Warns
    -----
    UserWarning
        The data are insufficient for K topics: too few words, documents or tokens, or too small a rank.
        Missing topics are then equal parts of the largest one.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite (the message names row and column), no document has
        more than one token, or a setting is out of range.

    References
    ----------
    Anandkumar, Ge, Hsu, Kakade, Telgarsky: Tensor decompositions for learning latent variable models, JMLR 15
    (2014), 2773-2832. https://docs.aws.amazon.com/sagemaker/latest/dg/lda-how-it-works.html. Each module
    cites the papers it implements.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.repeat([[4, 4, 0, 0], [0, 0, 4, 4]], [30, 10], axis=0)
    >>> fit(counts, 2).beta.round(2)
    array([[0.5, 0.5, 0. , 0. ],
           [0. , 0. , 0.5, 0.5]])
    """
    settings = Settings(
        num_topics=num_topics,
        alpha0=alpha0,
        max_restarts=max_restarts,
        max_iterations=max_iterations,
        tol=tol,
        refine=refine,
        extra_topics=extra_topics,
        seed=seed,
    )
    return fit_observed(counts, settings, observe or (lambda _: None))


def fit_observed(
    counts: CountsLike,
    settings: Settings,
    observe: Callable[[str], None],
    *,
    workers: Workers = SINGLE_WORKER,
    whole: bool = True,
) -> Model:
    """Do as `fit`, and call ``observe`` with a message at every step.

    With several ``workers``, each passes its own documents, and all return the same model. Without ``whole``,
    fractional counts are accepted as weights, with a warning.
    """
    corpus = Corpus.from_counts(counts, whole=whole)
    fractions = not whole and any((part.data % 1).any() for part in corpus.parts)
    if fractions:
        data_checks.warn_fractional_counts()
    data_checks.require_tokens(corpus, workers, whole=not fractions)
    return _Fit(corpus, settings, observe, workers, whole=not fractions).model()


@dataclass(frozen=True)
class _Fit:
    """One fit; the fields are what all of its steps need."""

    corpus: Corpus
    settings: Settings
    observe: Callable[[str], None]
    workers: Workers
    whole: bool

    def model(self) -> Model:
        """Return the model that scores best on the validation documents."""
        if self.whole:
            data_checks.warn_few_tokens(self.corpus, self.settings.num_topics, self.workers)
        with blas_on_one_thread():
            everything = np.ones(self.corpus.num_documents, np.bool_)
            validation = self._validation_set()
            if validation is None:
                return Model(*self._spectral(everything))
            # The moments exclude the validation documents, which would bias the spectral topics' score.
            alpha, beta = self._spectral(~validation.documents, rough=True)
            refined = Refiner(self.corpus, validation, alpha, self.workers).refine(beta, self.observe)
            if refined is None:
                self.observe("The spectral topics are the best; computing them from all documents")
                return Model(*self._spectral(everything, again=True))
            return Model(alpha, refined)

    def _validation_set(self) -> ValidationSet | None:
        if not self.settings.refine:
            return None
        return choose_validation_set(self.corpus, self.settings.seed, self.workers)

    def _spectral(
        self, included: NDArray[np.bool_], *, rough: bool = False, again: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Return exactly num_topics topics from the moments of the included documents."""
        self.observe("Computing the moments of the word counts")
        settings = self.settings
        moments = compute_moments(self.corpus, included, settings.alpha0, self.workers, whole=self.whole)
        alpha, beta = np.full(1, settings.alpha0), self._unigrams()
        whitening = None
        if moments is not None:
            rng = np.random.default_rng(settings.seed)
            self.observe("Whitening the second moment (SVD)")
            whitening = whiten(moments, settings.computed_topics, rng)
            if whitening.eigenvalues.size:
                alpha, beta = self._decompose(moments, whitening, rng, rough=rough)
        if not again:
            self._warn(whitening, alpha.size)
        return split_topics(*keep_largest(alpha, beta, settings.num_topics), settings.num_topics)

    def _warn(self, whitening: Whitening | None, rank: int) -> None:
        if whitening is None:
            data_checks.warn_short_documents()
        else:
            data_checks.warn_noise(whitening, self.settings.num_topics)
        if rank < self.settings.num_topics:
            data_checks.warn_rank(self.corpus, rank, self.settings.num_topics, self.workers)

    def _decompose(
        self, moments: Moments, whitening: Whitening, rng: np.random.Generator, *, rough: bool
    ) -> tuple[FloatArray, FloatArray]:
        self.observe("Computing the whitened third moment")
        settings = self.settings
        one_restart = rough and settings.num_topics > MANY_TOPICS
        components = decompose(
            moments.whitened_third(whitening.whitener),
            max_restarts=min(settings.max_restarts, ROUGH_RESTARTS) if one_restart else settings.max_restarts,
            max_iterations=settings.max_iterations,
            tol=max(settings.tol, ROUGH_TOL) if rough else settings.tol,
            rng=rng,
            observe=self.observe,
        )
        alpha, beta = recover(whitening, components, settings.alpha0)
        return broadcast(self.workers, alpha), broadcast(self.workers, beta)

    def _unigrams(self) -> FloatArray:
        """Return the distribution of all tokens over the words as one topic, (1, V)."""
        totals = self.corpus.word_totals(self.workers)[None]
        return np.asarray(totals / totals.sum())
