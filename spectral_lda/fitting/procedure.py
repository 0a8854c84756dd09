"""From word counts to a model: the steps in order, and the warnings where the data can't carry them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spectral_lda.corpus import Corpus
from spectral_lda.counts import CountsLike, FloatArray
from spectral_lda.em.refinement import Refiner
from spectral_lda.em.validation import hold_out
from spectral_lda.fitting import data_checks
from spectral_lda.model import Model
from spectral_lda.parallel import blas_on_one_thread
from spectral_lda.spectral.decomposition import decompose
from spectral_lda.spectral.moments import Moments, compute_moments
from spectral_lda.spectral.recovery import keep_largest, recover, split_topics
from spectral_lda.spectral.whitening import Whitening, whiten
from spectral_lda.workers import ALONE, Hosts, of_the_first

# Where refinement follows, a restart ends at this change of the error, and with many topics one restart is
# enough: on real texts all differ in a few of them, which the passes even out. Of few, one could be lost.
ROUGH_TOL = 1e-4
MANY_TOPICS, ROUGH_RESTARTS = 30, 1
# A prior so small or large is none that documents could show, and beyond it the moments lose their digits.
SMALLEST_ALPHA0, LARGEST_ALPHA0 = 1e-9, 1e9
# AWS: "25% more topics are computed and the ones with the largest priors are returned" (10 becomes 13).
EXTRA_TOPICS = 1.25


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `fit` is told beside the counts; see there."""

    num_topics: int
    alpha0: float = 1.0
    max_restarts: int = 10
    max_iterations: int = 1000
    tol: float = 1e-8
    refine: bool = True
    extra_topics: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("num_topics", 1), ("max_restarts", 1), ("max_iterations", 1), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
                raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")
        for name in ("alpha0", "tol"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.number) and math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a positive number, not {value!r}.")
        if not SMALLEST_ALPHA0 <= self.alpha0 <= LARGEST_ALPHA0:
            raise ValueError(
                f"alpha0 must be from {SMALLEST_ALPHA0:g} to {LARGEST_ALPHA0:g}, not {self.alpha0!r}."
            )

    @property
    def computed_topics(self) -> int:
        """The number of topics to compute, of which num_topics are kept."""
        return math.ceil(EXTRA_TOPICS * self.num_topics) if self.extra_topics else self.num_topics


def fit(  # noqa: PLR0913 -- SageMaker's hyperparameters by their names, and three of ours
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
) -> Model:
    """Learn a latent Dirichlet allocation from word counts by its moments.

    Parameters
    ----------
    counts
        (D, V) whole numbers: how often document d uses word w. A dense array or any scipy sparse matrix or
        array, or an iterable of such shards. Arrays may be memory maps; CSR is taken as it is, not copied.
    num_topics
        K, the number of topics.
    alpha0
        The sum of the Dirichlet prior over topic mixtures: small for documents of few topics each.
    max_restarts, max_iterations, tol
        Restarts of the alternating least squares at most (one that finds again what the best one found is
        the last), sweeps of each, and the change of the relative error that ends one. Where refinement
        follows, a change of 1e-4 is enough, and above 30 topics one restart is.
    refine
        Improve the spectral topics by passes over the documents, as many as held-out documents ask for.
    extra_topics
        Compute 25 % more topics and keep those with the largest priors. With ``refine=False`` this is the
        procedure that AWS documents; it can lose a topic where the data has no more than K.
    seed
        The same seed, data and settings give the same bits, on any number of cores.

    Returns
    -------
    Model
        alpha (K,), with the sum alpha0, and beta (K, V), topics over words; the largest prior first.

    Warns
    -----
    UserWarning
        The vocabulary, the rank of the data or their amount can't carry K topics. Topics are then split in
        equal parts, never invented.

    Raises
    ------
    ValueError
        A count is negative, fractional or not finite (the sentence names row and column), no document holds
        more than one token, or a setting is out of range.

    References
    ----------
    https://docs.aws.amazon.com/sagemaker/latest/dg/lda-how-it-works.html, and the papers named in each
    module.

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
    return fit_observed(counts, settings, lambda _: None)


def fit_observed(
    counts: CountsLike,
    settings: Settings,
    observe: Callable[[str], None],
    *,
    hosts: Hosts = ALONE,
    whole: bool = True,
) -> Model:
    """Do what `fit` does, and tell ``observe`` of every step in a sentence, as it happens.

    With several ``hosts``, each passes the documents that it holds, and all return the same model. Without
    ``whole``, fractional counts are taken as masses, with a warning.
    """
    corpus = Corpus.of(counts, whole=whole)
    fractions = not whole and any((part.data % 1).any() for part in corpus.parts)
    if fractions:
        data_checks.warn_of_masses()
    data_checks.require_tokens(corpus, hosts, whole=not fractions)
    return _Fit(corpus, settings, observe, hosts, whole=not fractions).model()


@dataclass(frozen=True)
class _Fit:
    """One fit: what all of its steps need."""

    corpus: Corpus
    settings: Settings
    observe: Callable[[str], None]
    hosts: Hosts
    whole: bool

    def model(self) -> Model:
        """Return the model that the held-out documents find the best."""
        if self.whole:
            data_checks.warn_of_few_tokens(self.corpus, self.settings.num_topics, self.hosts)
        with blas_on_one_thread():
            everything = np.ones(self.corpus.documents, np.bool_)
            held = hold_out(self.corpus, self.settings.seed, self.hosts) if self.settings.refine else None
            if held is None:
                return Model(*self._spectral(everything))
            # Were the moments to see the documents that judge, pass 0 would look better than it is.
            alpha, beta = self._spectral(~held.chosen, rough=True)
            refined = Refiner(self.corpus, held, alpha, self.hosts).refine(beta, self.observe)
            if refined is None:
                self.observe("The spectral topics are the best; computing them from all documents")
                return Model(*self._spectral(everything, again=True))
            return Model(alpha, refined)

    def _spectral(
        self, chosen: NDArray[np.bool_], *, rough: bool = False, again: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """Return exactly num_topics topics from the moments of the chosen documents."""
        self.observe("Computing the moments of the word counts")
        settings = self.settings
        moments = compute_moments(self.corpus, chosen, settings.alpha0, self.hosts, whole=self.whole)
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

    def _warn(self, whitening: Whitening | None, found: int) -> None:
        if whitening is None:
            data_checks.warn_of_short_documents()
        else:
            data_checks.warn_of_noise(whitening, self.settings.num_topics)
        if found < self.settings.num_topics:
            data_checks.warn_of_rank(self.corpus, found, self.settings.num_topics, self.hosts)

    def _decompose(
        self, moments: Moments, whitening: Whitening, rng: np.random.Generator, *, rough: bool
    ) -> tuple[FloatArray, FloatArray]:
        self.observe("Computing the whitened third moment")
        settings = self.settings
        few = rough and settings.num_topics > MANY_TOPICS
        parts = decompose(
            moments.whitened_third(whitening.whitener),
            max_restarts=min(settings.max_restarts, ROUGH_RESTARTS) if few else settings.max_restarts,
            max_iterations=settings.max_iterations,
            tol=max(settings.tol, ROUGH_TOL) if rough else settings.tol,
            rng=rng,
            observe=self.observe,
        )
        alpha, beta = recover(whitening, parts, settings.alpha0)
        return of_the_first(self.hosts, alpha), of_the_first(self.hosts, beta)

    def _unigrams(self) -> FloatArray:
        """Return the distribution of all tokens over the words as one topic, (1, V)."""
        totals = self.corpus.word_totals(self.hosts)[None]
        return np.asarray(totals / totals.sum())
